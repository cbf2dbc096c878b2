//! The first admin, made at the first start.

use auth_core::token::random_secret;
use auth_core::{AccountError, Auth, Context, Registration};
use secrecy::{ExposeSecret as _, SecretString};

use crate::Role;
use crate::serve::StartError;

/// Creates the administrator when there is no user yet.
pub(crate) async fn first_admin(auth: &Auth, email: &str, password: Option<SecretString>) -> Result<(), StartError> {
    if !auth.accounts(None, 1).await?.is_empty() {
        return Ok(());
    }
    let (password, made) = match password {
        Some(password) => (password, None),
        None => random_secret().map(|made| (made.clone(), Some(made)))?,
    };
    let admin = Registration::new(email, password).with_roles([Role::Admin]);
    match auth.register(&Context::system("first start"), admin).await {
        Ok(_) => {
            if let Some(password) = made {
                // To standard output, once: logs may be stored.
                println!("admin {email}, password {} (shown this once)", password.expose_secret());
            }
            Ok(())
        }
        // Another node started at the same time.
        Err(AccountError::EmailTaken) => Ok(()),
        Err(AccountError::WeakPassword(weak)) => Err(StartError::AdminPassword(weak)),
        Err(error) => Err(error.into()),
    }
}

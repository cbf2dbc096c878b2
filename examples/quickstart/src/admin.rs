//! The first administrator, created at the first start.

use auth_core::token::random_secret;
use auth_core::{AccountError, Auth, Context, Registration};
use secrecy::ExposeSecret as _;

use crate::Role;
use crate::config::Config;
use crate::serve::StartError;

/// Creates the administrator when there is no user yet.
pub(crate) async fn first_admin(auth: &Auth, config: &Config) -> Result<(), StartError> {
    if !auth.accounts(None, 1).await?.is_empty() {
        return Ok(());
    }
    let email = config.admin_email.as_str();
    let password = match &config.admin_password {
        Some(password) => password.clone(),
        None => random_secret()?,
    };
    match auth
        .register(&Context::system("first start"), Registration::new(email, password.clone()).with_roles([Role::Admin]))
        .await
    {
        Ok(_) if config.admin_password.is_none() => {
            // To standard output, once: logs may be stored.
            println!("admin {email}, password {} (shown this once)", password.expose_secret());
            Ok(())
        }
        Ok(_) => Ok(()),
        // Another node started at the same time.
        Err(AccountError::EmailTaken) => Ok(()),
        Err(AccountError::WeakPassword(weak)) => Err(StartError::AdminPassword(weak)),
        Err(error) => Err(error.into()),
    }
}

//! An issuer to try the service with, in the same process. In production it is your identity provider.

use std::error::Error;

use auth_core::prelude::*;
use auth_core::store::SqliteStore;
use auth_core::token::{Es256, SigningKey, random_secret};
use auth_core::{Context, Registration};
use secrecy::SecretString;
use tokio::net::TcpListener;

use crate::{AUDIENCE, Role};

/// A user of the issuer.
#[derive(Clone, Debug)]
pub struct User {
    /// The login name.
    pub email: &'static str,
    /// A random password.
    pub password: SecretString,
}

/// A running issuer: it ends with the runtime.
#[derive(Debug)]
pub struct Running {
    /// Its URL, the `iss` of its tokens.
    pub url: String,
    /// A user with the role `editor`.
    pub editor: User,
    /// A user without roles.
    pub reader: User,
}

/// Starts an issuer with two users on a free port.
///
/// # Errors
///
/// When no port is free, or the system provides no randomness.
pub async fn start() -> Result<Running, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let auth = Auth::builder(SigningKey::<Es256>::generate()?, &url, AUDIENCE)
        .store(SqliteStore::open("sqlite::memory:").await?)
        .scopes(["reports:read"])
        .build()?;
    let editor = user(&auth, "ada@example.com", &[Role::Editor]).await?;
    let reader = user(&auth, "bob@example.com", &[]).await?;
    let app: axum::Router = GuardedRouter::new().merge(auth.routes()).with_state(auth);
    tokio::spawn(auth_core::serve(listener, app).into_future());
    Ok(Running { url, editor, reader })
}

async fn user(auth: &Auth, email: &'static str, roles: &[Role]) -> Result<User, Box<dyn Error>> {
    let password = random_secret()?;
    let registration = Registration::new(email, password.clone()).with_roles(roles.iter().copied());
    auth.register(&Context::system("example"), registration).await?;
    Ok(User { email, password })
}

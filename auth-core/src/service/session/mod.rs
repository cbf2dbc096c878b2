//! The life of a session: login, refresh, end. Every protection sits in the operation, not in its route.

mod end;
mod login;
mod password;
mod refresh;
mod register;
mod token_request;

use secrecy::SecretString;

pub use register::Registration;
pub(crate) use token_request::TokenRequest;

use crate::service::{AccountError, Auth};
use crate::store::Session;
use crate::token::{Access, NewAccessToken, Refresh, Token};
use crate::verify::dpop::ProvenKey;

/// A login by name and password, each of at most 1024 bytes: a longer one is wrong.
///
/// ```
/// use auth_core::Login;
///
/// let mut login = Login::new("ada@example.com", "three words and a comma");
/// login.scope = Some("profile".to_owned());
/// login.agent = Some("Firefox on Linux".to_owned());
/// assert!(!format!("{login:?}").contains("comma")); // the password is not printed
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Login {
    /// The name the user logs in by, an e-mail address in the built-in stores.
    pub username: String,
    /// The password.
    pub password: SecretString,
    /// The scopes asked for, separated by spaces; those that [`AuthBuilder::scopes`](crate::AuthBuilder::scopes) does
    /// not name are not granted.
    pub scope: Option<String>,
    /// What the user's list of sessions shows, usually the `User-Agent`; cut after 256 characters.
    pub agent: Option<String>,
}

impl Login {
    /// A login without scopes and agent.
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self { username: username.into(), password: password.into(), scope: None, agent: None }
    }
}

/// What a login or refresh hands out.
///
/// ```
/// # use auth_core::{Context, Login, Registration, testing};
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let auth = testing::in_memory().build()?;
/// # let (ada, _) = auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
/// let tokens = auth.login(&Context::system("example"), Login::new("ada@example.com", "three words and a comma")).await?;
/// let authorization = format!("Bearer {}", tokens.access.expose());
/// assert!(!format!("{tokens:?}").contains(tokens.access.expose()));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// The access token.
    pub access: Token<Access>,
    /// The refresh token, for one use.
    pub refresh: Token<Refresh>,
    /// How long the access token lives, in seconds.
    pub expires_in: u64,
    /// The access token's scopes, separated by spaces.
    pub scope: String,
    /// How the access token is to be sent: `bearer`, or `DPoP` for one that is bound to a key (RFC 9449 section 5).
    pub token_type: &'static str,
}

impl Auth {
    /// An access token, bound to `key` if there is one, beside the refresh token. It ends with its session at the latest.
    pub(crate) fn tokens(
        &self,
        session: Session,
        roles: &[Box<str>],
        refresh: Token<Refresh>,
        key: Option<&ProvenKey>,
    ) -> Result<Tokens, AccountError> {
        let now = self.now();
        let lifetime = self.service()?.lifetimes.access.min(session.ends_at.since(now));
        let new = NewAccessToken {
            subject: &session.subject,
            session: &session.id,
            version: session.version,
            client_id: session.client_id.as_ref(),
            auth_time: session.created_at,
            amr: &session.amr,
            scope: &session.scope,
            roles,
            bound_to: key.map(ProvenKey::thumbprint),
        };
        let access = self.access_tokens().issue(&new, now, lifetime)?;
        let token_type = if key.is_some() { "DPoP" } else { "bearer" };
        Ok(Tokens { access, refresh, expires_in: lifetime.as_secs(), scope: session.scope, token_type })
    }
}

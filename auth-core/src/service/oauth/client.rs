//! A registered client (RFC 6749 section 2).

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::base::{ClientId, is_scope};
use crate::token::keys::{check_strength, is_hash_of_guess};
use crate::token::{TokenHash, WeakSecret};

/// A client of the token endpoint other than the service's own.
///
/// By default it has the `refresh_token` grant and no scopes. Its tokens carry its id as `client_id`, and only this
/// client can refresh or revoke them.
///
/// ```
/// use auth_core::{GrantType, OAuthClient};
///
/// # fn main() -> Result<(), auth_core::InvalidClient> {
/// let app = OAuthClient::public("mobile-app")?.grants([GrantType::Password, GrantType::RefreshToken]).scopes(["profile"]);
/// let secret = "an example, and so not a secret: 7Rk2".to_owned().into();
/// let backend = OAuthClient::confidential("billing", &secret)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct OAuthClient {
    pub(super) id: ClientId,
    /// `None` for a public client.
    pub(super) secret: Option<TokenHash>,
    pub(super) grants: Vec<GrantType>,
    pub(super) scopes: Vec<Box<str>>,
    /// Only for a client with a secret.
    pub(super) introspects: bool,
    pub(super) dpop_bound: bool,
}

/// A grant type of the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantType {
    /// `password` (RFC 6749 section 4.3): the client sees the user's password. Only for the service's own applications:
    /// RFC 9700 section 2.4 forbids it for all others, and the server metadata does not list it.
    Password,
    /// `refresh_token` (RFC 6749 section 6).
    RefreshToken,
}

impl GrantType {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "password" => Some(Self::Password),
            "refresh_token" => Some(Self::RefreshToken),
            _ => None,
        }
    }
}

/// An error in the configuration of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidClient {
    /// The id is empty, too long, or has characters that a `client_id` must not have (RFC 6749 appendix A.1).
    #[error("a client id must have 1 to 255 printable ASCII characters")]
    Id,
    /// The secret is too short.
    #[error("the client secret has {len} bytes and needs at least 32; `openssl rand -hex 32` generates one")]
    ShortSecret {
        /// Its length in bytes.
        len: usize,
    },
    /// The secret is well known or repetitive, or the hash is that of such a secret or of the empty text.
    #[error(
        "the client's secret can be guessed: it is empty, a well-known example, or repeats itself; `openssl rand -hex 32` generates one"
    )]
    GuessableSecret,
    /// A client without a secret cannot introspect.
    #[error("a public client cannot introspect: it has no secret to authenticate with")]
    PublicMayNotIntrospect,
}

impl OAuthClient {
    /// A client that can keep a secret, such as a server; only the hash of the secret is stored.
    ///
    /// Use a secret of letters and digits: the `Basic` header carries it form-encoded (RFC 6749 section 2.3.1), which
    /// many client libraries omit and which leaves letters and digits unchanged.
    ///
    /// # Errors
    ///
    /// [`InvalidClient`] when the id is invalid, or the secret has fewer than 32 bytes, is well known or repeats itself.
    pub fn confidential(id: &str, secret: &SecretString) -> Result<Self, InvalidClient> {
        let secret = secret.expose_secret();
        // A shorter secret could be guessed online, or offline from its hash.
        check_strength(secret.as_bytes()).map_err(|weak| match weak {
            WeakSecret::TooShort { len } => InvalidClient::ShortSecret { len },
            WeakSecret::WellKnown | WeakSecret::Repetitive => InvalidClient::GuessableSecret,
        })?;
        Self::confidential_by_hash(id, TokenHash::of(secret))
    }

    /// As [`confidential`](Self::confidential), with the SHA-256 of the secret, so that the configuration does not
    /// contain the secret (`printf %s SECRET | sha256sum`). The secret must be random: the hash of a guessable secret
    /// does not protect it.
    ///
    /// # Errors
    ///
    /// [`InvalidClient::Id`] when the id is invalid, [`InvalidClient::GuessableSecret`] for the hash of the empty text or of
    /// a well-known secret.
    pub fn confidential_by_hash(id: &str, secret: TokenHash) -> Result<Self, InvalidClient> {
        if is_hash_of_guess(&secret) {
            return Err(InvalidClient::GuessableSecret);
        }
        Ok(Self { secret: Some(secret), ..Self::public(id)? })
    }

    /// A client that cannot keep a secret, such as an application on a user's device (RFC 6749 section 2.1). Its id is
    /// not authenticated.
    ///
    /// # Errors
    ///
    /// [`InvalidClient::Id`] when the id is invalid.
    pub fn public(id: &str) -> Result<Self, InvalidClient> {
        if !id.bytes().all(|byte| matches!(byte, 0x20..=0x7E)) {
            return Err(InvalidClient::Id);
        }
        let id = id.parse().map_err(|_| InvalidClient::Id)?;
        let grants = vec![GrantType::RefreshToken];
        Ok(Self { id, secret: None, grants, scopes: Vec::new(), introspects: false, dpop_bound: false })
    }

    /// Replaces the grant types that the client may use.
    #[must_use]
    pub fn grants(mut self, grants: impl IntoIterator<Item = GrantType>) -> Self {
        self.grants = grants.into_iter().collect();
        self
    }

    /// Replaces the scopes that the client may request. They are independent of
    /// [`AuthBuilder::scopes`](crate::AuthBuilder::scopes), the scopes of the service's own client.
    /// [`build`](crate::AuthBuilder::build) refuses what is no scope.
    #[must_use]
    pub fn scopes<I: IntoIterator<Item: Into<Box<str>>>>(mut self, scopes: I) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Requires DPoP for this client (`dpop_bound_access_tokens`, RFC 9449 section 5.2), also with
    /// [`Dpop::optional`](crate::Dpop::optional). [`AuthBuilder::build`](crate::AuthBuilder::build) fails when DPoP is
    /// off.
    #[must_use]
    pub const fn dpop_bound_access_tokens(mut self) -> Self {
        self.dpop_bound = true;
        self
    }

    /// Allows the client to call `/auth/introspect` with its secret for any token of this service (RFC 7662 section
    /// 2.1), as a resource server does. Other callers need an API key with the scope `introspect`.
    ///
    /// # Errors
    ///
    /// [`InvalidClient::PublicMayNotIntrospect`] when the client has no secret.
    pub fn may_introspect(mut self) -> Result<Self, InvalidClient> {
        if self.secret.is_none() {
            return Err(InvalidClient::PublicMayNotIntrospect);
        }
        self.introspects = true;
        Ok(self)
    }

    /// Whether each scope is one (RFC 6749 section 3.3).
    pub(crate) fn has_valid_scopes(&self) -> bool {
        self.scopes.iter().all(|scope| is_scope(scope))
    }

    /// The client id.
    #[must_use]
    pub const fn id(&self) -> &ClientId {
        &self.id
    }
}

impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient")
            .field("id", &self.id)
            .field("grants", &self.grants)
            .field("scopes", &self.scopes)
            .field("introspects", &self.introspects)
            .field("dpop_bound", &self.dpop_bound)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_can_be_guessed_is_refused_by_text_and_by_hash() {
        let published = "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7";
        let guessable = Some(InvalidClient::GuessableSecret);
        for secret in ["changemechangemechangemechangeme", &"a".repeat(32), published] {
            assert_eq!(OAuthClient::confidential("app", &secret.to_owned().into()).err(), guessable, "{secret}");
            assert_eq!(OAuthClient::confidential_by_hash("app", TokenHash::of(secret)).err(), guessable, "{secret}");
        }
        assert_eq!(OAuthClient::confidential_by_hash("app", TokenHash::of("")).err(), guessable);
        let short = OAuthClient::confidential("app", &"4f1c9e2ab77d0356".to_owned().into()).err();
        assert_eq!(short, Some(InvalidClient::ShortSecret { len: 16 }));
        let random = "4f1c9e2ab77d03568cf2e19a40d6b385";
        assert!(OAuthClient::confidential("app", &random.to_owned().into()).is_ok());
        assert!(OAuthClient::confidential_by_hash("app", TokenHash::of(random)).is_ok());
    }
}

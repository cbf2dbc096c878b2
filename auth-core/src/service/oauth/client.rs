//! A registered client (RFC 6749 section 2).

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::base::ClientId;
use crate::token::TokenHash;

/// A shorter secret could be guessed offline from its hash, and online without one.
const MIN_SECRET_BYTES: usize = 32;

/// A client of the token endpoint other than the service's own.
///
/// It begins with the `refresh_token` grant and no scopes. Its tokens carry its id as `client_id`, and nobody else can
/// refresh or revoke them.
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
    /// Only with a secret.
    pub(super) introspects: bool,
    pub(super) dpop_bound: bool,
}

/// How a client comes to tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantType {
    /// `password` (RFC 6749 section 4.3): the client sees the user's password. For the service's own applications only;
    /// RFC 9700 section 2.4 forbids it to all others, and the server metadata does not name it.
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

/// A client that cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidClient {
    /// The id is empty, too long, or holds what a `client_id` cannot (RFC 6749 appendix A.1).
    #[error("a client id has 1 to 255 printable ASCII characters")]
    Id,
    /// The secret is too short.
    #[error("the client secret has {len} bytes and needs 32 or more; `openssl rand -hex 32` makes one")]
    ShortSecret {
        /// How many bytes it has.
        len: usize,
    },
    /// A client without a secret is to introspect.
    #[error("only a client with a secret may introspect: anybody can say that he is a public one")]
    PublicMayNotIntrospect,
}

impl OAuthClient {
    /// A client that can keep a secret, as a server can; only the secret's hash is kept.
    ///
    /// Let the secret be of letters and digits: RFC 6749 section 2.3.1 has it form-encoded within the `Basic` header,
    /// which changes nothing of those, and widely used client libraries leave the encoding out.
    ///
    /// # Errors
    ///
    /// [`InvalidClient`] when the id cannot be one, or the secret has fewer than 32 bytes.
    pub fn confidential(id: &str, secret: &SecretString) -> Result<Self, InvalidClient> {
        let secret = secret.expose_secret();
        if secret.len() < MIN_SECRET_BYTES {
            return Err(InvalidClient::ShortSecret { len: secret.len() });
        }
        Self::confidential_by_hash(id, TokenHash::of(secret))
    }

    /// As [`confidential`](Self::confidential), by the SHA-256 of the secret, so that the secret itself need not lie in
    /// the service's configuration (`printf %s SECRET | sha256sum`). The secret must be random: a hash of a word is no
    /// protection of it.
    ///
    /// ```
    /// use auth_core::OAuthClient;
    ///
    /// # fn main() -> Result<(), auth_core::InvalidClient> {
    /// # let from_configuration = [7; 32];
    /// let client = OAuthClient::confidential_by_hash("billing", from_configuration.into())?;
    /// assert_eq!(client.id().as_str(), "billing");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidClient::Id`] when the id cannot be one.
    pub fn confidential_by_hash(id: &str, secret: TokenHash) -> Result<Self, InvalidClient> {
        Ok(Self { secret: Some(secret), ..Self::public(id)? })
    }

    /// A client that cannot keep a secret, as an application on a user's device (RFC 6749 section 2.1). Its id tells who
    /// it says it is and proves nothing.
    ///
    /// # Errors
    ///
    /// [`InvalidClient::Id`] when the id cannot be one.
    pub fn public(id: &str) -> Result<Self, InvalidClient> {
        if !id.bytes().all(|byte| matches!(byte, 0x20..=0x7E)) {
            return Err(InvalidClient::Id);
        }
        let id = id.parse().map_err(|_| InvalidClient::Id)?;
        let grants = vec![GrantType::RefreshToken];
        Ok(Self { id, secret: None, grants, scopes: Vec::new(), introspects: false, dpop_bound: false })
    }

    /// Which grants it may use, in place of those it had.
    #[must_use]
    pub fn grants(mut self, grants: impl IntoIterator<Item = GrantType>) -> Self {
        self.grants = grants.into_iter().collect();
        self
    }

    /// Which scopes it may ask for, in place of those it had; they need not be among
    /// [`AuthBuilder::scopes`](crate::AuthBuilder::scopes), which are the service's own client's.
    #[must_use]
    pub fn scopes<I: IntoIterator<Item: Into<Box<str>>>>(mut self, scopes: I) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Gives it tokens that are bound to a key, or none (`dpop_bound_access_tokens`, RFC 9449 section 5.2):
    /// `/auth/token` asks its requests for a proof, also where [`Dpop::optional`](crate::Dpop::optional) asks nobody
    /// else's. [`AuthBuilder::build`](crate::AuthBuilder::build) fails where DPoP is off.
    #[must_use]
    pub const fn dpop_bound_access_tokens(mut self) -> Self {
        self.dpop_bound = true;
        self
    }

    /// Lets it ask `/auth/introspect` about any token of this service, by its secret (RFC 7662 section 2.1), as a resource
    /// server does. Others ask by an API key of scope `introspect`.
    ///
    /// ```
    /// use auth_core::OAuthClient;
    ///
    /// # fn main() -> Result<(), auth_core::InvalidClient> {
    /// let secret = "an example, and so not a secret: 7Rk2".to_owned().into();
    /// let reports = OAuthClient::confidential("reports-api", &secret)?.grants([]).may_introspect()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidClient::PublicMayNotIntrospect`] when it has no secret.
    pub fn may_introspect(mut self) -> Result<Self, InvalidClient> {
        if self.secret.is_none() {
            return Err(InvalidClient::PublicMayNotIntrospect);
        }
        self.introspects = true;
        Ok(self)
    }

    /// Its id.
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

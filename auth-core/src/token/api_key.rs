//! API keys for programs.

use secrecy::{ExposeSecret, SecretString};

use super::{TokenError, TokenHash, check_body, random_body};
use crate::base::ApiKeyId;

/// An API key: `ak_ID_SECRET`, where the secret has 256 random bits and a checksum.
///
/// `Debug` hides the secret; there is no `Serialize` and no `==`.
///
/// ```
/// use auth_core::ApiKey;
/// use auth_core::token::TokenError;
///
/// assert_eq!(ApiKey::parse("ak_truncated").unwrap_err(), TokenError::Malformed);
/// ```
pub struct ApiKey {
    id: ApiKeyId,
    text: SecretString,
}

const PREFIX: &str = "ak_";

impl ApiKey {
    pub(crate) fn random(id: ApiKeyId) -> Result<Self, TokenError> {
        let text = format!("{PREFIX}{id}_{}", random_body(id.as_str())?);
        Ok(Self { id, text: text.into() })
    }

    /// Whether a credential is an API key rather than an access token, by its prefix.
    pub(crate) fn is_one(text: impl AsRef<[u8]>) -> bool {
        text.as_ref().starts_with(PREFIX.as_bytes())
    }

    /// Parses an API key, without a query to a store.
    ///
    /// # Errors
    ///
    /// [`TokenError::Malformed`] if the prefix, length or checksum is wrong.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let rest = text.strip_prefix(PREFIX).ok_or(TokenError::Malformed)?;
        let (id, body) = rest.split_once('_').ok_or(TokenError::Malformed)?;
        check_body(id, body)?;
        let id = id.parse().map_err(|_| TokenError::Malformed)?;
        Ok(Self { id, text: text.to_owned().into() })
    }

    /// The public id of the key.
    #[must_use]
    pub const fn id(&self) -> &ApiKeyId {
        &self.id
    }

    /// The key as text, to show its owner once.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    pub(crate) fn hash(&self) -> TokenHash {
        TokenHash::of(self.expose())
    }
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKey").field("id", &self.id).finish_non_exhaustive()
    }
}

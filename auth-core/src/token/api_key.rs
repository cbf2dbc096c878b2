//! API keys: for programs, with scopes, expiry, rotation and an owner.

use secrecy::{ExposeSecret, SecretString};

use super::{TokenError, TokenHash, check_body, random_body};
use crate::base::ApiKeyId;

/// An API key's text: `ak_ID_SECRET`, the secret 256 random bits and a checksum.
///
/// It has no `Debug` that shows it, no `Serialize` and no `==`.
///
/// ```
/// use auth_core::ApiKey;
/// use auth_core::token::TokenError;
///
/// let typed_by_hand = "ak_01a20fdc-6930-7434-98ca-2346bc0ea703_BjCwU6dS1sTi6NIo";
/// assert_eq!(ApiKey::parse(typed_by_hand).unwrap_err(), TokenError::Malformed);
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

    /// Whether a text looks like an API key rather than an access token.
    pub(crate) fn is_one(text: impl AsRef<[u8]>) -> bool {
        text.as_ref().starts_with(PREFIX.as_bytes())
    }

    /// Reads a key.
    ///
    /// # Errors
    ///
    /// [`TokenError::Malformed`] when its prefix, length or checksum is off, before any store is asked.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let rest = text.strip_prefix(PREFIX).ok_or(TokenError::Malformed)?;
        let (id, body) = rest.split_once('_').ok_or(TokenError::Malformed)?;
        check_body(id, body)?;
        let id = id.parse().map_err(|_| TokenError::Malformed)?;
        Ok(Self { id, text: text.to_owned().into() })
    }

    /// The public id within it.
    #[must_use]
    pub const fn id(&self) -> &ApiKeyId {
        &self.id
    }

    /// The key's text, to be shown to its owner once.
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

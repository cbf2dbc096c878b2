//! API keys of the configuration, which no store holds.

use std::sync::Arc;

use crate::base::{ApiKeyId, SubjectId, Timestamp, is_scope};
use crate::store::ApiKeyRecord;
use crate::token::TokenHash;
use crate::token::keys::is_hash_of_guess;

/// The prefix of the ids of these keys, as events name them.
const ID: &str = "static:";

/// An API key of the configuration, for a program of the same operator: it has a name and scopes, and no owner, no expiry
/// and no row in a store. It is rotated by a change of the configuration.
///
/// Only the SHA-256 hash of the key is configured. The key is any text without guesses, such as the output of
/// `openssl rand -base64 32`. A client sends it in `X-API-Key` or as `Authorization: ApiKey KEY`; as a bearer token only with
/// a [prefix](crate::CredentialSource::key_prefix) that the service knows.
///
/// ```
/// use auth_core::StaticApiKey;
/// use auth_core::token::TokenHash;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let hash = TokenHash::of("Vd9p3l0mXq7w-an-example-and-so-not-a-key");
/// let key = StaticApiKey::new("metrics", hash)?.scopes(["metrics:read"]);
/// let auth = auth_core::testing::in_memory().static_api_key(key).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "pass it to `AuthBuilder::static_api_key`"]
pub struct StaticApiKey {
    id: ApiKeyId,
    name: String,
    hash: TokenHash,
    scopes: Vec<Box<str>>,
}

/// Why an API key of the configuration cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidStaticKey {
    /// The name is empty, over 100 bytes long, or has control characters.
    #[error("`name` must have 1 to 100 bytes and no control characters")]
    Name,
    /// The hash is that of the empty text or of a well-known secret.
    #[error("the key can be guessed: it is empty or a well-known example; `openssl rand -base64 32` makes one")]
    GuessableKey,
}

impl StaticApiKey {
    /// A key without scopes.
    ///
    /// # Errors
    ///
    /// [`InvalidStaticKey`] for an invalid name, and for the hash of the empty text or of a well-known secret.
    pub fn new(name: impl Into<String>, hash: TokenHash) -> Result<Self, InvalidStaticKey> {
        let name = name.into();
        if name.trim().is_empty() || name.len() > 100 {
            return Err(InvalidStaticKey::Name);
        }
        if is_hash_of_guess(&hash) {
            return Err(InvalidStaticKey::GuessableKey);
        }
        let id = ApiKeyId::try_from(format!("{ID}{name}")).map_err(|_| InvalidStaticKey::Name)?;
        Ok(Self { id, name, hash, scopes: Vec::new() })
    }

    /// Whether each scope is one (RFC 6749 section 3.3).
    pub(crate) fn has_valid_scopes(&self) -> bool {
        self.scopes.iter().all(|scope| is_scope(scope))
    }

    /// Sets the scopes. [`build`](crate::AuthBuilder::build) refuses what is no scope.
    pub fn scopes<T: Into<Box<str>>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// As a record of a key. Nothing reads the owner: [`ApiKeyIdentity::owner`](super::ApiKeyIdentity::owner) has none.
    fn record(self) -> Option<ApiKeyRecord> {
        let Self { id, name, hash, scopes } = self;
        let owner = SubjectId::try_from(id.to_string()).ok()?;
        let created_at = Timestamp::from_secs(0);
        Some(ApiKeyRecord {
            id,
            name,
            owner,
            scopes,
            metadata: None,
            self_service: false,
            parent: None,
            imported: None,
            hash,
            previous: None,
            created_at,
            expires_at: None,
            last_used_at: None,
        })
    }
}

/// The keys of the configuration.
#[derive(Default)]
pub(crate) struct StaticKeys(Vec<Arc<ApiKeyRecord>>);

impl StaticKeys {
    /// `None` when two keys have one name or one hash.
    pub(crate) fn new(keys: Vec<StaticApiKey>) -> Option<Self> {
        let twice = |(at, key): (usize, &StaticApiKey)| {
            keys[..at].iter().any(|other| other.id == key.id || other.hash.matches(&key.hash))
        };
        if keys.iter().enumerate().any(twice) {
            return None;
        }
        keys.into_iter().map(|key| key.record().map(Arc::new)).collect::<Option<_>>().map(Self)
    }

    /// The key of this hash. Each is compared in constant time, and all are, whichever matches.
    pub(crate) fn find(&self, hash: &TokenHash) -> Option<&Arc<ApiKeyRecord>> {
        self.0.iter().fold(None, |found, key| if key.hash.matches(hash) { Some(key) } else { found })
    }

    pub(crate) fn has(&self, id: &ApiKeyId) -> bool {
        self.0.iter().any(|key| key.id == *id)
    }
}

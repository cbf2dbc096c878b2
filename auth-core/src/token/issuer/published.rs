//! Published key sets of issuers (RFC 7517 section 5).

use serde_json::Value;

use crate::token::keys::{Verifying, jwk};
use crate::token::{Algorithm, TokenError, strict_json};

/// The maximum number of keys, which bounds the search for a key.
const MAX_KEYS: usize = 100;

/// The usable keys of a set, at least one.
pub(super) struct PublishedKeys(Vec<Verifying>);

impl PublishedKeys {
    /// Reads the usable keys of a set. Others are skipped (RFC 7517 section 5): unsupported types and algorithms,
    /// encryption keys, weak keys. Without any usable key the set is an error.
    pub(super) fn read(body: &[u8], issuer: &str) -> Result<Self, &'static str> {
        let set = strict_json::object(body).ok_or("invalid JSON")?;
        let Some(Value::Array(keys)) = set.get("keys") else { return Err("no key set") };
        if keys.len() > MAX_KEYS {
            return Err("a set of more than 100 keys");
        }
        let mut usable: Vec<Verifying> = Vec::new();
        for key in keys {
            match jwk::published(&key.to_string()) {
                Ok(keys) => usable.extend(keys),
                Err(why) => tracing::debug!(target: "auth", issuer, %why, "skipped a published key"),
            }
        }
        if usable.is_empty() { Err("no usable key") } else { Ok(Self(usable)) }
    }

    /// Returns the key for a token: the only one of its algorithm, and of its `kid` if it has one. Keys of several types
    /// and algorithms may share a `kid` (RFC 7517 section 4.5); several of one algorithm are ambiguous.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&Verifying, TokenError> {
        let is_meant = |key: &&Verifying| key.algorithm == algorithm && kid.is_none_or(|kid| *key.kid == *kid);
        let mut meant = self.0.iter().filter(is_meant);
        let key = meant.next().ok_or(TokenError::UnknownKey)?;
        if meant.all(|other| other.is_same(key)) { Ok(key) } else { Err(TokenError::UnknownKey) }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

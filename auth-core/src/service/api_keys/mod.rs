//! API keys: for an owner, by self-service, derived from other keys, imported.

mod admin;
mod derived;
mod imported;
mod own;

use std::time::Duration;

use serde_json::Value;

use super::{AccountError, Auth};
use crate::base::{ApiKeyId, SubjectId, is_scope};
use crate::store::ApiKeyRecord;
use crate::token::{ApiKey, TokenHash};

/// How long the previous secret stays valid after a rotation.
const ROTATION_OVERLAP: Duration = Duration::from_hours(24);

/// The longest metadata, as JSON text.
const MAX_METADATA_BYTES: usize = 4 * 1024;

const API_KEY: &str = "API key";

/// An API key to create.
///
/// ```
/// use auth_core::NewApiKey;
/// use serde_json::json;
///
/// let nightly = NewApiKey {
///     scopes: vec!["reports:read".into()],
///     metadata: Some(json!({ "environment": "staging" })),
///     ..NewApiKey::new("nightly")
/// };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApiKey {
    /// A name for its owner: 1 to 100 characters.
    pub name: String,
    /// Its scopes: at most 64 scope tokens (RFC 6749 section 3.3) of at most 128 bytes.
    pub scopes: Vec<Box<str>>,
    /// Its lifetime, at most 10 years; `None` for a key without expiry, or for one that expires with the key that it is
    /// derived from.
    pub expires_in: Option<Duration>,
    /// Data of the application: a JSON object of at most 4 KiB, which
    /// [`ApiKeyIdentity::metadata`](crate::ApiKeyIdentity::metadata) returns at each use of the key. It is no secret.
    pub metadata: Option<Value>,
}

impl NewApiKey {
    /// A key without scopes, expiry and metadata.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), scopes: Vec::new(), expires_in: None, metadata: None }
    }

    fn check(&self) -> Result<(), AccountError> {
        let wrong = |detail| Err(AccountError::InvalidInput { detail });
        if self.name.trim().is_empty() || self.name.chars().count() > 100 || self.name.chars().any(char::is_control) {
            return wrong("`name` must have 1 to 100 characters and no control characters.");
        }
        if self.scopes.len() > 64 || !self.scopes.iter().all(|scope| scope.len() <= 128 && is_scope(scope)) {
            return wrong("`scopes` must be at most 64 printable ASCII tokens without spaces, quotes or backslashes.");
        }
        if self.expires_in.is_some_and(|span| span.is_zero() || span > Duration::from_hours(24 * 366 * 10)) {
            return wrong("`expires_in` must be greater than zero and at most 10 years.");
        }
        match &self.metadata {
            None => Ok(()),
            Some(object @ Value::Object(_)) if object.to_string().len() <= MAX_METADATA_BYTES => Ok(()),
            Some(_) => wrong("`metadata` must be a JSON object of at most 4 KiB."),
        }
    }
}

/// A new API key or secret. The text of the key is available only here; the store keeps its hash.
#[derive(Debug)]
#[non_exhaustive]
pub struct IssuedApiKey {
    /// The key.
    pub key: ApiKey,
    /// The stored record.
    pub record: ApiKeyRecord,
}

impl Auth {
    /// The record of a new key, as of now.
    fn api_key_record(&self, id: ApiKeyId, hash: TokenHash, owner: SubjectId, new: NewApiKey) -> ApiKeyRecord {
        let now = self.now();
        ApiKeyRecord {
            id,
            name: new.name,
            owner,
            scopes: new.scopes,
            metadata: new.metadata,
            self_service: false,
            parent: None,
            imported: None,
            hash,
            previous: None,
            created_at: now,
            expires_at: new.expires_in.map(|span| now.after(span)),
            last_used_at: None,
        }
    }
}

//! Published key sets of issuers (RFC 7517 section 5).

use serde_json::Value;

use crate::token::keys::{KeyError, KeyState, Ring, Verifying, jwk};
use crate::token::strict_json;

/// The maximum number of keys, which bounds the search for a key.
const MAX_KEYS: usize = 100;

/// Reads the usable keys of a set. Others are skipped (RFC 7517 section 5): unsupported types and algorithms,
/// encryption keys, weak keys. Different keys with the same `kid` are all skipped, since a token could not select one.
pub(super) fn read(body: &[u8], issuer: &str) -> Result<Ring, &'static str> {
    let set = strict_json::object(body).ok_or("invalid JSON")?;
    let Some(Value::Array(keys)) = set.get("keys") else { return Err("no key set") };
    if keys.len() > MAX_KEYS {
        return Err("a set of more than 100 keys");
    }
    let mut usable: Vec<Verifying> = Vec::new();
    for key in keys {
        match jwk::published(&key.to_string()) {
            Ok(key) => usable.push(key),
            Err(why) => tracing::debug!(target: "auth", issuer, %why, "skipped a published key"),
        }
    }
    let mut ring = Ring::default();
    for key in &usable {
        let is_ambiguous = usable.iter().any(|other| other.kid == key.kid && !other.is_same(key));
        if is_ambiguous {
            tracing::warn!(target: "auth", issuer, kid = &*key.kid, "skipped published keys with the same `kid`");
        } else if let Err(KeyError::DuplicateKid | KeyError::Retired) = ring.add(key.clone(), KeyState::Verifying) {
            return Err("an inconsistent key set");
        }
    }
    Ok(ring)
}

//! A key set that somebody else published (RFC 7517 section 5).

use serde_json::Value;

use crate::token::keys::{KeyError, KeyState, Ring, Verifying, jwk};
use crate::token::strict_json;

/// No issuer has more; each costs a look at every token whose key is not found.
const MAX_KEYS: usize = 100;

/// The keys of the set that can be used. Others are passed over, as RFC 7517 section 5 has it: of types and algorithms
/// not known here, for encryption, too weak. Of two different keys of one name neither is taken, since no token could
/// say which it means.
pub(super) fn read(body: &[u8], issuer: &str) -> Result<Ring, &'static str> {
    let set = strict_json::object(body).ok_or("no JSON object")?;
    let Some(Value::Array(keys)) = set.get("keys") else { return Err("no key set") };
    if keys.len() > MAX_KEYS {
        return Err("a set of too many keys");
    }
    let mut usable: Vec<Verifying> = Vec::new();
    for key in keys {
        match jwk::published(&key.to_string()) {
            Ok(key) => usable.push(key),
            Err(why) => tracing::debug!(target: "auth", issuer, %why, "a published key is passed over"),
        }
    }
    let mut ring = Ring::default();
    for key in &usable {
        let doubled = usable.iter().any(|other| other.kid == key.kid && !other.is_same(key));
        if doubled {
            tracing::warn!(target: "auth", issuer, kid = &*key.kid, "two published keys have one name; neither is used");
        } else if let Err(KeyError::DuplicateKid | KeyError::Retired) = ring.add(key.clone(), KeyState::Verifying) {
            return Err("a set that contradicts itself");
        }
    }
    Ok(ring)
}

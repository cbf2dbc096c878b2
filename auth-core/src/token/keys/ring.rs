//! Verifying keys by `kid`.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::verifying::Verifying;
use super::{Algorithm, KeyError, KeyState};
use crate::token::TokenError;
use crate::token::access::TYP;

/// Verifying keys with distinct `kid`s.
#[derive(Clone, Default)]
pub(crate) struct Ring {
    keys: Vec<Entry>,
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key: Verifying,
    pub(super) state: KeyState,
    /// The encoded header of this key's access tokens. A token with exactly these bytes needs no header parsing.
    pub(super) header: Box<str>,
}

impl Entry {
    fn new(key: Verifying, state: KeyState) -> Self {
        let header = json!({ "typ": TYP, "alg": key.algorithm.name(), "kid": *key.kid }).to_string();
        Self { header: BASE64_URL_SAFE_NO_PAD.encode(header).into(), key, state }
    }
}

impl Ring {
    pub(super) fn of(key: Verifying, state: KeyState) -> Self {
        Self { keys: vec![Entry::new(key, state)] }
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.keys
    }

    /// Adds a key. Adding it again changes nothing; a retired key stays retired.
    pub(crate) fn add(&mut self, key: Verifying, state: KeyState) -> Result<(), KeyError> {
        match self.keys.iter().find(|entry| entry.key.kid == key.kid) {
            None => {
                self.keys.push(Entry::new(key, state));
                Ok(())
            }
            Some(known) if !known.key.is_same(&key) => Err(KeyError::DuplicateKid),
            Some(known) if known.state == KeyState::Retired => Err(KeyError::Retired),
            Some(_) => Ok(()),
        }
    }

    pub(super) fn retire(&mut self, kid: &str) -> Result<(), KeyError> {
        let entry = self.keys.iter_mut().find(|entry| *entry.key.kid == *kid).ok_or(KeyError::UnknownKid)?;
        if entry.state == KeyState::Signing {
            return Err(KeyError::StillSigning);
        }
        entry.state = KeyState::Retired;
        Ok(())
    }

    /// Returns the key whose access tokens have this encoded header.
    pub(crate) fn by_header(&self, header: &str) -> Option<&Verifying> {
        let entry = self.keys.iter().find(|entry| *entry.header == *header)?;
        (entry.state != KeyState::Retired).then_some(&entry.key)
    }

    /// Returns the key for a token. A token without `kid` is verified by the only key of its algorithm.
    pub(crate) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&Verifying, TokenError> {
        let entry = match kid {
            Some(kid) => self.keys.iter().find(|entry| *entry.key.kid == *kid),
            None => only(
                self.keys.iter().filter(|entry| entry.key.algorithm == algorithm && entry.state != KeyState::Retired),
            ),
        };
        match entry {
            None => Err(TokenError::UnknownKey),
            Some(entry) if entry.state == KeyState::Retired => Err(TokenError::RetiredKey),
            Some(entry) if entry.key.algorithm != algorithm => {
                Err(TokenError::Header("`alg` is not the key's algorithm"))
            }
            Some(entry) => Ok(&entry.key),
        }
    }

    /// The public keys as a JWK set (RFC 7517 section 5), without secrets.
    pub(crate) fn to_jwks(&self) -> Value {
        let accepted = self.keys.iter().filter(|entry| entry.state != KeyState::Retired);
        json!({ "keys": accepted.filter_map(|entry| entry.key.to_jwk()).collect::<Vec<_>>() })
    }
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

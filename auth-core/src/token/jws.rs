//! Compact JWS (RFC 7515 section 7.1): the parts of a token, its header, its signature.
//!
//! `jsonwebtoken` verifies the signature. Its `decode` is not used, for reasons that `docs/decisions.md` lists.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::keys::Verifying;
use super::{Algorithm, TokenError, strict_json};

/// Longer texts are refused before anything is parsed. A token of ours has well under 1 KiB.
pub(super) const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Header members that bring or name a key; the keys are our own (RFC 8725 section 3.10).
const KEY_CARRIERS: &[&str] = &["jku", "jwk", "x5u", "x5c"];

/// Header members that change how the rest is read. We understand no extension, so each is refused (RFC 7515 section
/// 4.1.11), also where it is not listed as critical.
const EXTENSIONS: &[&str] = &["crit", "zip", "b64"];

/// The parts of a token, each still encoded.
#[derive(Clone, Copy)]
pub(crate) struct Compact<'a> {
    /// What is signed: header, dot, payload.
    message: &'a str,
    pub(crate) header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Compact<'a> {
    pub(crate) fn split(token: &'a str) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong);
        }
        let mut parts = token.split('.');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(header), Some(payload), Some(signature), None) => {
                let message = &token[..header.len() + 1 + payload.len()];
                Ok(Self { message, header, payload, signature })
            }
            _ => Err(TokenError::Malformed),
        }
    }

    /// Reads the header, and refuses one that asks for anything but a key of ours and its algorithm.
    pub(crate) fn read_header(&self) -> Result<Header, TokenError> {
        let members = strict_json::object(&decode(self.header)?).ok_or(TokenError::Malformed)?;
        Header::read(&members)
    }

    /// The payload, once the signature has proved to be `key`'s.
    pub(crate) fn open(&self, key: &Verifying) -> Result<Vec<u8>, TokenError> {
        key.verify(self.message.as_bytes(), &decode(self.signature)?)?;
        decode(self.payload)
    }

    /// The payload before anything is known about the signature: only to find out whose keys to hold it against.
    #[cfg(feature = "oidc")]
    pub(crate) fn unverified_payload(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.payload)
    }
}

/// Base64url without padding, white space or bits to spare (RFC 7515 section 2).
fn decode(text: &str) -> Result<Vec<u8>, TokenError> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Malformed)
}

/// What of a header is heeded.
pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<String>,
    /// In lower case, without the `application/` that may be left out (RFC 7515 section 4.1.9).
    typ: Option<String>,
}

impl Header {
    fn read(members: &Map<String, Value>) -> Result<Self, TokenError> {
        if KEY_CARRIERS.iter().any(|name| members.contains_key(*name)) {
            return Err(TokenError::Header("it brings a key along"));
        }
        if EXTENSIONS.iter().any(|name| members.contains_key(*name)) {
            return Err(TokenError::Header("it asks for an extension"));
        }
        let text = |name| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(TokenError::Header("a member has the wrong JSON type")),
        };
        let algorithm = text("alg")?.ok_or(TokenError::Header("it names no algorithm"))?;
        let typ = text("typ")?.map(|typ| typ.to_ascii_lowercase());
        Ok(Self {
            algorithm: Algorithm::from_name(algorithm).ok_or(TokenError::Header("its algorithm is not offered"))?,
            kid: text("kid")?.cloned(),
            typ: typ.map(|typ| typ.strip_prefix("application/").map_or(typ.clone(), str::to_owned)),
        })
    }

    /// Refuses a token of another kind (RFC 8725 section 3.11). `wanted` is in lower case.
    pub(crate) fn check_typ(&self, wanted: &str) -> Result<(), TokenError> {
        if self.has_typ(wanted) {
            return Ok(());
        }
        Err(TokenError::Header("its type is not that of an access token"))
    }

    pub(crate) fn has_typ(&self, wanted: &str) -> bool {
        self.typ.as_deref() == Some(wanted)
    }

    pub(crate) const fn has_no_typ(&self) -> bool {
        self.typ.is_none()
    }
}

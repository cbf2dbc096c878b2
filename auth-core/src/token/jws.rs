//! Compact JWS (RFC 7515 section 7.1): the parts of a token, its header and its signature.
//!
//! `jsonwebtoken` verifies the signature. `docs/decisions.md` says why its `decode` is not used.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::keys::Verifying;
use super::{Algorithm, TokenError, strict_json};

/// The maximum length, checked before parsing. A token of this service has well under 1 KiB.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The maximum length of another issuer's token, which may list hundreds of groups.
#[cfg(feature = "oidc")]
const MAX_FOREIGN_TOKEN_BYTES: usize = 16 * 1024;

/// Header members that embed or link a key. They are never used: only configured and published keys verify (RFC 8725
/// section 3.10). In tokens of this service, which never have them, they are refused.
const KEY_CARRIERS: &[&str] = &["jku", "jwk", "x5u", "x5c"];

/// Header members that change how the rest is read. No extension is supported, so each is refused (RFC 7515 section
/// 4.1.11), even if `crit` does not list it.
const EXTENSIONS: &[&str] = &["crit", "zip", "b64"];

/// The encoded parts of a token.
#[derive(Clone, Copy)]
pub(crate) struct Compact<'a> {
    /// The signed text: header, dot, payload.
    message: &'a str,
    pub(crate) header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Compact<'a> {
    pub(crate) fn split(token: &'a str) -> Result<Self, TokenError> {
        Self::split_up_to(MAX_TOKEN_BYTES, token)
    }

    #[cfg(feature = "oidc")]
    pub(crate) fn split_foreign(token: &'a str) -> Result<Self, TokenError> {
        Self::split_up_to(MAX_FOREIGN_TOKEN_BYTES, token)
    }

    fn split_up_to(max: usize, token: &'a str) -> Result<Self, TokenError> {
        if token.len() > max {
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

    /// Reads the header. Refuses key members and extensions.
    pub(crate) fn read_header(&self) -> Result<Header, TokenError> {
        self.read_header_of(Algorithm::from_name)
    }

    /// As [`read_header`](Self::read_header), with the algorithms that `algorithm` knows by their name.
    pub(crate) fn read_header_of<A>(&self, algorithm: impl Fn(&str) -> Option<A>) -> Result<Header<A>, TokenError> {
        let members = self.header_members()?;
        if KEY_CARRIERS.iter().any(|name| members.contains_key(*name)) {
            return Err(TokenError::Header("unsupported `jku`, `jwk`, `x5u` or `x5c`"));
        }
        Header::read(&members, algorithm)
    }

    /// Reads the header of another issuer's token. Ignores key members, refuses extensions.
    #[cfg(feature = "oidc")]
    pub(crate) fn read_foreign_header(&self) -> Result<Header, TokenError> {
        Header::read(&self.header_members()?, Algorithm::from_name)
    }

    fn header_members(&self) -> Result<Map<String, Value>, TokenError> {
        strict_json::object(&decode(self.header)?).ok_or(TokenError::Malformed)
    }

    /// Verifies the signature by `key` and returns the payload.
    pub(crate) fn open(&self, key: &Verifying) -> Result<Vec<u8>, TokenError> {
        self.open_by(|message, signature| key.verify(message, signature))
    }

    /// Verifies the signature by `verify`, which takes the message and the signature, and returns the payload.
    pub(crate) fn open_by(
        &self,
        verify: impl FnOnce(&[u8], &Vec<u8>) -> Result<(), TokenError>,
    ) -> Result<Vec<u8>, TokenError> {
        verify(self.message.as_bytes(), &decode(self.signature)?)?;
        decode(self.payload)
    }

    /// Returns the payload without verification, only to select the issuer whose keys verify the token.
    #[cfg(feature = "oidc")]
    pub(crate) fn unverified_payload(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.payload)
    }
}

/// Base64url without padding, white space or non-zero trailing bits (RFC 7515 section 2).
fn decode(text: &str) -> Result<Vec<u8>, TokenError> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Malformed)
}

/// The header members in use.
pub(crate) struct Header<A = Algorithm> {
    pub(crate) algorithm: A,
    pub(crate) kid: Option<String>,
    /// In lower case, without the optional `application/` (RFC 7515 section 4.1.9).
    typ: Option<String>,
}

impl<A> Header<A> {
    fn read(members: &Map<String, Value>, known: impl Fn(&str) -> Option<A>) -> Result<Self, TokenError> {
        if EXTENSIONS.iter().any(|name| members.contains_key(*name)) {
            return Err(TokenError::Header("unsupported `crit`, `zip` or `b64`"));
        }
        let text = |name| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(TokenError::Header("a member has the wrong JSON type")),
        };
        let algorithm = text("alg")?.ok_or(TokenError::Header("missing `alg`"))?;
        let typ = text("typ")?.map(|typ| typ.to_ascii_lowercase());
        Ok(Self {
            algorithm: known(algorithm).ok_or(TokenError::Header("unsupported `alg`"))?,
            kid: text("kid")?.cloned(),
            typ: typ.map(|typ| typ.strip_prefix("application/").map_or(typ.clone(), str::to_owned)),
        })
    }

    /// Refuses a token of another type (RFC 8725 section 3.11). `wanted` is in lower case.
    pub(crate) fn check_typ(&self, wanted: &str) -> Result<(), TokenError> {
        if self.has_typ(wanted) {
            return Ok(());
        }
        Err(TokenError::Header("`typ` is not that of an access token"))
    }

    pub(crate) fn has_typ(&self, wanted: &str) -> bool {
        self.typ.as_deref() == Some(wanted)
    }

    pub(crate) const fn has_no_typ(&self) -> bool {
        self.typ.is_none()
    }
}

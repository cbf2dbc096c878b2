//! Verification of a proof (RFC 9449 sections 4.2 and 4.3), before replay detection.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, Method};
use serde_json::{Map, Value};

use super::ProofError;
use super::address::{Address, normal_path};
use crate::token::keys::jwk;
use crate::token::{Algorithm, Compact, TokenError, TokenHash, numeric_date, strict_json};

/// The algorithms of proofs: all asymmetric ones.
pub(crate) const ALGORITHMS: [&str; 4] = ["ES256", "EdDSA", "PS256", "RS256"];

/// Header members that embed or link another key than `jwk`, or change how the rest is read.
const UNSUPPORTED: &[&str] = &["jku", "x5u", "x5c", "crit", "zip", "b64"];

/// Members of private and secret keys (RFC 7518 section 6). A key sent with one is compromised.
const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A proof that matches its request, before replay detection.
#[derive(Debug)]
pub(crate) struct Proof {
    /// The thumbprint of its key (RFC 7638).
    pub(crate) key: String,
    /// Identifies the proof: a hash of key, address and `jti`.
    pub(crate) id: [u8; 32],
    /// The Unix time, in seconds, from which the proof is too old.
    pub(crate) ends: i64,
}

/// The request that a proof must match.
pub(crate) struct Purpose<'a> {
    pub(crate) method: &'a Method,
    /// The path as the client sent it.
    pub(crate) path: &'a str,
    /// The access token; `None` for a token request.
    pub(crate) token: Option<&'a str>,
    /// The addresses of the service.
    pub(crate) addresses: &'a [Address],
    pub(crate) times: Times,
}

/// The current time and the tolerances, in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) now: i64,
    pub(crate) lifetime: i64,
    pub(crate) skew: i64,
}

/// The only `DPoP` header, if any.
pub(crate) fn presented(headers: &HeaderMap) -> Result<Option<&str>, ProofError> {
    let mut values = headers.get_all("dpop").iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(ProofError::Twice);
    }
    value.to_str().map(Some).map_err(|_| ProofError::Malformed)
}

impl Proof {
    /// Reads and verifies a proof, apart from replay detection.
    pub(crate) fn read(text: &str, purpose: &Purpose<'_>) -> Result<Self, ProofError> {
        let jws = Compact::split(text).map_err(|_| ProofError::Malformed)?;
        let header = BASE64_URL_SAFE_NO_PAD.decode(jws.header).map_err(|_| ProofError::Malformed)?;
        let header = strict_json::object(&header).ok_or(ProofError::Malformed)?;
        let (jwk, algorithm) = key_of(&header)?;
        let key = jwk::embedded(&jwk, algorithm).map_err(|_| ProofError::Key)?;
        let payload = jws.open(&key).map_err(|error| match error {
            TokenError::Signature => ProofError::Signature,
            _ => ProofError::Malformed,
        })?;
        Claims(strict_json::object(&payload).ok_or(ProofError::Malformed)?).check(key.kid.to_string(), purpose)
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}

/// Checks a header and returns its JWK and algorithm.
fn key_of(header: &Map<String, Value>) -> Result<(String, Algorithm), ProofError> {
    if header.get("typ").and_then(Value::as_str) != Some("dpop+jwt") {
        return Err(ProofError::Header("`typ` is not `dpop+jwt`"));
    }
    if UNSUPPORTED.iter().any(|name| header.contains_key(*name)) {
        return Err(ProofError::Header("unsupported `jku`, `x5u`, `x5c`, `crit`, `zip` or `b64`"));
    }
    let algorithm = header.get("alg").and_then(Value::as_str).and_then(Algorithm::from_name);
    match (algorithm, header.get("jwk")) {
        (None | Some(Algorithm::Hs256), _) => Err(ProofError::Header("unsupported `alg`")),
        (Some(algorithm), Some(Value::Object(jwk))) if !PRIVATE.iter().any(|name| jwk.contains_key(*name)) => {
            Ok((Value::Object(jwk.clone()).to_string(), algorithm))
        }
        (Some(_), Some(Value::Object(_))) => Err(ProofError::Key),
        (Some(_), _) => Err(ProofError::Header("missing `jwk`")),
    }
}

struct Claims(Map<String, Value>);

impl Claims {
    fn check(&self, key: String, purpose: &Purpose<'_>) -> Result<Proof, ProofError> {
        let jti = self.text("jti")?.filter(|jti| !jti.is_empty()).ok_or(ProofError::Claims)?;
        if self.text("htm")?.ok_or(ProofError::Claims)? != purpose.method.as_str() {
            return Err(ProofError::Method);
        }
        let address = Address::parse(self.text("htu")?.ok_or(ProofError::Claims)?).ok_or(ProofError::Address)?;
        let path = normal_path(purpose.path);
        if !purpose.addresses.iter().any(|prefix| address.is_below(prefix, &path)) {
            return Err(ProofError::Address);
        }
        let ends = self.check_time(purpose.times)?;
        if let Some(token) = purpose.token {
            let hash = BASE64_URL_SAFE_NO_PAD.encode(TokenHash::of(token).as_bytes());
            if self.text("ath")? != Some(hash.as_str()) {
                return Err(ProofError::Token);
            }
        }
        let id = identity(&[&key, &address.text(), jti]);
        Ok(Proof { key, id, ends })
    }

    /// Checks the times and returns the Unix time from which the proof is too old.
    fn check_time(&self, times: Times) -> Result<i64, ProofError> {
        let Times { now, lifetime, skew } = times;
        let iat = self.time("iat", false)?.ok_or(ProofError::Claims)?;
        let ends = iat.saturating_add(lifetime).saturating_add(skew);
        let begins = self.time("nbf", true)?.unwrap_or(iat).max(iat);
        // `nbf` and `exp` are optional in a proof, with the meaning of RFC 7519.
        let expired = self.time("exp", false)?.is_some_and(|exp| exp.saturating_add(skew) <= now);
        if expired || ends <= now || begins.saturating_sub(skew) > now {
            return Err(ProofError::Time);
        }
        Ok(ends)
    }

    fn text(&self, name: &str) -> Result<Option<&str>, ProofError> {
        self.0.get(name).map(|value| value.as_str().ok_or(ProofError::Claims)).transpose()
    }

    fn time(&self, name: &str, later: bool) -> Result<Option<i64>, ProofError> {
        self.0.get(name).map(|value| numeric_date(value, later).ok_or(ProofError::Claims)).transpose()
    }
}

/// A hash of these texts with their lengths, so that no two lists have the same input.
fn identity(parts: &[&str]) -> [u8; 32] {
    let mut hash = Context::new(&SHA256);
    for part in parts {
        hash.update(&part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut id = [0; 32];
    id.copy_from_slice(hash.finish().as_ref());
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9449 section 7.1: a proof for the use of a token, and the token.
    const PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNo\
                         UklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERW\
                         clUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR\
                         1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCw\
                         iYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-E\
                         y71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

    fn read(method: &Method, path: &str, token: &str, now: i64) -> Result<Proof, ProofError> {
        let addresses = [Address::parse("https://resource.example.org").unwrap().into_prefix()];
        let times = Times { now, lifetime: 60, skew: 5 };
        Proof::read(PROOF, &Purpose { method, path, token: Some(token), addresses: &addresses, times })
    }

    #[test]
    fn the_example_of_the_rfc_matches_its_request_and_no_other() {
        let (path, now) = ("/protectedresource", 1_562_262_618);
        let proof = read(&Method::GET, path, TOKEN, now).unwrap();
        assert_eq!((proof.key(), proof.ends), ("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", now + 65));
        assert_eq!(read(&Method::POST, path, TOKEN, now).err(), Some(ProofError::Method));
        assert_eq!(read(&Method::GET, "/other", TOKEN, now).err(), Some(ProofError::Address));
        assert_eq!(read(&Method::GET, path, "another", now).err(), Some(ProofError::Token));
        assert_eq!(read(&Method::GET, path, TOKEN, now + 65).err(), Some(ProofError::Time));
    }
}

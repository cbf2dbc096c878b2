//! Keys as JWK (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).

use aws_lc_rs::rsa::KeyPairComponents;
use aws_lc_rs::signature::RsaPublicKeyComponents;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::private::PrivateKey;
use super::public::PublicKey;
use super::signing::Signing;
use super::verifying::Verifying;
use super::{Algorithm, KeyError};

/// The members in use. A duplicate or one of another JSON type is an error; other members are ignored (RFC 7517 section
/// 4).
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    d: Option<SecretString>,
    p: Option<SecretString>,
    q: Option<SecretString>,
    dp: Option<SecretString>,
    dq: Option<SecretString>,
    qi: Option<SecretString>,
    oth: Option<IgnoredAny>,
    k: Option<SecretString>,
}

/// Reads a private or secret key. `algorithm` applies if the key has no `alg`.
pub(super) fn signing(text: &str, algorithm: Option<Algorithm>) -> Result<Signing, KeyError> {
    let jwk = Jwk::read(text)?;
    jwk.check_purpose("sign")?;
    jwk.signing(algorithm)
}

/// Reads the verifying half of a JWK of this service, public, private or secret.
pub(super) fn verifying(text: &str, algorithm: Option<Algorithm>) -> Result<Verifying, KeyError> {
    let jwk = Jwk::read(text)?;
    // A private key has the operation `sign`; its public half verifies.
    jwk.check_purpose("verify")
        .or_else(|wrong| if jwk.d.is_some() { jwk.check_purpose("sign") } else { Err(wrong) })?;
    if jwk.kty == "oct" { jwk.signing(algorithm).map(|key| key.verifying) } else { jwk.verifying(algorithm) }
}

/// Reads a JWK of a published set, once for each algorithm that it verifies: an RSA key without `alg` has either padding
/// (RFC 7517 section 4.4).
#[cfg(feature = "oidc")]
pub(crate) fn published(text: &str) -> Result<Vec<Verifying>, KeyError> {
    let jwk = public_only(text)?;
    let algorithms: &[_] = match (&jwk.alg, jwk.kty.as_str()) {
        (None, "RSA") => &[Some(Algorithm::Rs256), Some(Algorithm::Ps256)],
        _ => &[None],
    };
    let keys: Vec<_> = algorithms.iter().map(|algorithm| jwk.verifying(*algorithm)).collect::<Result<_, _>>()?;
    keys.iter().try_for_each(Verifying::check_private_half)?;
    Ok(keys)
}

/// A secret or private key in a published set is compromised, and so refused.
#[cfg(any(feature = "oidc", feature = "test-util"))]
fn public_only(text: &str) -> Result<Jwk, KeyError> {
    let jwk = Jwk::read(text)?;
    if jwk.has_private_member() || jwk.kty == "oct" {
        return Err(KeyError::NotPublic);
    }
    jwk.check_purpose("verify")?;
    Ok(jwk)
}

/// Reads the public key in the header of a DPoP proof (RFC 9449 section 4.2), with its thumbprint as `kid`.
pub(crate) fn embedded(text: &str, algorithm: Algorithm) -> Result<Verifying, KeyError> {
    let jwk = Jwk::read(text)?;
    jwk.check_purpose("verify")?;
    let found = jwk.algorithm(Some(algorithm), algorithm)?;
    if found != algorithm {
        return Err(KeyError::Algorithm { expected: algorithm, found });
    }
    let key = Verifying::public(jwk.public()?, algorithm, None)?;
    key.check_private_half()?;
    Ok(key)
}

/// Reads a symmetric JWK without checking its strength, for test vectors.
#[cfg(feature = "test-util")]
pub(crate) fn vector(text: &str) -> Result<Verifying, KeyError> {
    let jwk = Jwk::read(text)?;
    match &jwk.k {
        Some(k) => {
            jwk.check_purpose("verify")?;
            jwk.algorithm(None, Algorithm::Hs256)?;
            Ok(Signing::unchecked_secret(&bytes(k.expose_secret())?, jwk.kid.clone())?.verifying)
        }
        None => public_only(text)?.verifying(None),
    }
}

impl Jwk {
    fn read(text: &str) -> Result<Self, KeyError> {
        // serde reads a struct from an array as well, its fields by position.
        let is_object = text.trim_start().starts_with('{');
        is_object.then(|| serde_json::from_str(text).ok()).flatten().ok_or(KeyError::Unreadable("not a JWK"))
    }

    /// Whether the key has a private or secret member: the prime factors of an RSA key reveal it as `d` does.
    #[cfg(any(feature = "oidc", feature = "test-util"))]
    fn has_private_member(&self) -> bool {
        let Self { d, p, q, dp, dq, qi, k, oth, .. } = self;
        oth.is_some() || [d, p, q, dp, dq, qi, k].into_iter().any(Option::is_some)
    }

    fn check_purpose(&self, operation: &str) -> Result<(), KeyError> {
        if self.usage.as_ref().is_some_and(|usage| usage != "sig") {
            return Err(KeyError::Purpose("use"));
        }
        match &self.key_ops {
            Some(operations) if !operations.iter().any(|named| named == operation) => Err(KeyError::Purpose("key_ops")),
            _ => Ok(()),
        }
    }

    /// The key's `alg`, or `wanted`, or `usual`. The caller checks it against the key's type.
    fn algorithm(&self, wanted: Option<Algorithm>, usual: Algorithm) -> Result<Algorithm, KeyError> {
        match &self.alg {
            Some(name) => Algorithm::from_name(name).ok_or(KeyError::Unsupported("algorithm")),
            None => Ok(wanted.unwrap_or(usual)),
        }
    }

    fn verifying(&self, wanted: Option<Algorithm>) -> Result<Verifying, KeyError> {
        let public = self.public()?;
        let algorithm = self.algorithm(wanted, public.usual_algorithm())?;
        Verifying::public(public, algorithm, self.kid.clone())
    }

    fn public(&self) -> Result<PublicKey, KeyError> {
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => Ok(PublicKey::Rsa { n: public(self.n.as_ref())?, e: public(self.e.as_ref())? }),
            ("EC", Some("P-256")) => {
                let (x, y) = (public(self.x.as_ref())?, public(self.y.as_ref())?);
                // RFC 7518 section 6.2.1.2: full length, leading zeros included.
                if x.len() != 32 || y.len() != 32 {
                    return Err(KeyError::Unreadable("a coordinate does not have 32 bytes"));
                }
                Ok(PublicKey::P256 { x, y })
            }
            ("OKP", Some("Ed25519")) => {
                let x = public(self.x.as_ref())?;
                if x.len() != 32 {
                    return Err(KeyError::Unreadable("`x` does not have 32 bytes"));
                }
                Ok(PublicKey::Ed25519 { x })
            }
            ("EC" | "OKP", _) => Err(KeyError::Unsupported("curve")),
            _ => Err(KeyError::Unsupported("type")),
        }
    }

    fn signing(&self, wanted: Option<Algorithm>) -> Result<Signing, KeyError> {
        let kid = self.kid.clone();
        if self.kty == "oct" {
            let algorithm = self.algorithm(wanted, Algorithm::Hs256)?;
            if algorithm != Algorithm::Hs256 {
                return Err(KeyError::Algorithm { expected: algorithm, found: Algorithm::Hs256 });
            }
            return Ok(Signing::secret(&secret(self.k.as_ref())?, kid)?);
        }
        let public = self.public()?;
        if self.d.is_none() {
            return Err(KeyError::NotPrivate);
        }
        let algorithm = self.algorithm(wanted, public.usual_algorithm())?;
        // Checks size and exponent before any computation with the key.
        public.check(algorithm)?;
        let d = secret(self.d.as_ref())?;
        let key = match &public {
            PublicKey::Rsa { n, e } => PrivateKey::rsa_parts(&self.rsa(n, e, d)?),
            PublicKey::P256 { x, y } => PrivateKey::p256_parts(&d, &PublicKey::point(x, y)),
            PublicKey::Ed25519 { x } => PrivateKey::ed25519_parts(&d, x),
        };
        Signing::asymmetric(key.ok_or(KeyError::Inconsistent)?, algorithm, kid)
    }

    fn rsa<'a>(
        &self,
        n: &'a [u8],
        e: &'a [u8],
        d: Zeroizing<Vec<u8>>,
    ) -> Result<KeyPairComponents<&'a [u8], Zeroizing<Vec<u8>>>, KeyError> {
        if self.oth.is_some() {
            return Err(KeyError::Unsupported("number of primes"));
        }
        Ok(KeyPairComponents {
            public_key: RsaPublicKeyComponents { n, e },
            d,
            p: secret(self.p.as_ref())?,
            q: secret(self.q.as_ref())?,
            dP: secret(self.dp.as_ref())?,
            dQ: secret(self.dq.as_ref())?,
            qInv: secret(self.qi.as_ref())?,
        })
    }
}

const MISSING: KeyError = KeyError::Unreadable("a member of the JWK is missing");

fn public(text: Option<&String>) -> Result<Vec<u8>, KeyError> {
    Ok(std::mem::take(&mut *bytes(text.ok_or(MISSING)?)?))
}

fn secret(text: Option<&SecretString>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    bytes(text.ok_or(MISSING)?.expose_secret())
}

fn bytes(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .map(Zeroizing::new)
        .map_err(|_| KeyError::Unreadable("a member of the JWK is not base64url"))
}

#[cfg(all(test, any(feature = "oidc", feature = "test-util")))]
mod tests {
    use super::*;

    #[test]
    fn a_published_key_with_any_private_member_is_refused() {
        for member in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            let text = format!(r#"{{"kty":"RSA","n":"AQAB","e":"AQAB","{member}":"AQ"}}"#);
            assert!(matches!(public_only(&text), Err(KeyError::NotPublic)), "{member}");
        }
        let text = r#"{"kty":"RSA","n":"AQAB","e":"AQAB","oth":[]}"#;
        assert!(matches!(public_only(text), Err(KeyError::NotPublic)), "oth");
    }
}

//! The public half of an asymmetric key, its JWK and thumbprint.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde_json::{Value, json};

use super::{Algorithm, KeyError};

/// The parameters of a public key, each as the big-endian bytes that a JWK encodes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256 { x: Vec<u8>, y: Vec<u8> },
    Ed25519 { x: Vec<u8> },
}

impl PublicKey {
    /// The sizes of an RSA modulus (RFC 7518 section 3.3).
    pub(super) const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

    /// Reads a P-256 point in uncompressed form (SEC 1 section 2.3.3), the only form of JWK.
    pub(super) fn p256(point: &[u8]) -> Result<Self, KeyError> {
        match point {
            [4, rest @ ..] if rest.len() == 64 => {
                let (x, y) = rest.split_at(32);
                Ok(Self::P256 { x: x.to_vec(), y: y.to_vec() })
            }
            _ => Err(KeyError::Unreadable("not an uncompressed point of P-256")),
        }
    }

    /// The point in uncompressed form.
    pub(super) fn point(x: &[u8], y: &[u8]) -> Vec<u8> {
        [&[4], x, y].concat()
    }

    /// Checks the key's sizes, and by aws-lc-rs the curve equation. `jsonwebtoken` accepts any bytes as a key and then
    /// refuses every signature.
    pub(super) fn check(&self, algorithm: Algorithm) -> Result<(), KeyError> {
        match (self, algorithm) {
            (Self::Rsa { n, e }, Algorithm::Rs256 | Algorithm::Ps256) => {
                check_rsa(n, e)?;
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            }
            (Self::P256 { x, y }, Algorithm::Es256) => {
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, Self::point(x, y))
            }
            (Self::Ed25519 { x }, Algorithm::EdDsa) => {
                if has_small_order(x) {
                    return Err(KeyError::SmallOrder);
                }
                ParsedPublicKey::new(&ED25519, x)
            }
            _ => return Err(KeyError::Algorithm { expected: algorithm, found: self.usual_algorithm() }),
        }
        .map(drop)
        .map_err(|_| KeyError::Inconsistent)
    }

    pub(super) fn decoding_key(&self) -> DecodingKey {
        match self {
            Self::Rsa { n, e } => DecodingKey::from_rsa_raw_components(n, e),
            Self::P256 { x, y } => DecodingKey::from_ec_der(&Self::point(x, y)),
            Self::Ed25519 { x } => DecodingKey::from_ed_der(x),
        }
    }

    /// The default algorithm of the key's type; for RSA the default of OpenID Connect.
    pub(super) const fn usual_algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::P256 { .. } => Algorithm::Es256,
            Self::Ed25519 { .. } => Algorithm::EdDsa,
        }
    }

    /// RFC 7638: the required members in lexical order without white space, hashed.
    pub(super) fn thumbprint(&self) -> String {
        let members = match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n)),
            Self::P256 { x, y } => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text(x), text(y))
            }
            Self::Ed25519 { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(x)),
        };
        text(digest::digest(&digest::SHA256, members.as_bytes()).as_ref())
    }

    /// The public JWK (RFC 7517 section 4).
    pub(super) fn to_jwk(&self, kid: &str, algorithm: Algorithm) -> Value {
        let alg = algorithm.name();
        match self {
            Self::Rsa { n, e } => {
                json!({ "kty": "RSA", "use": "sig", "alg": alg, "kid": kid, "n": text(n), "e": text(e) })
            }
            Self::P256 { x, y } => {
                json!({ "kty": "EC", "use": "sig", "alg": alg, "kid": kid, "crv": "P-256", "x": text(x), "y": text(y) })
            }
            Self::Ed25519 { x } => {
                json!({ "kty": "OKP", "use": "sig", "alg": alg, "kid": kid, "crv": "Ed25519", "x": text(x) })
            }
        }
    }
}

/// Refuses a modulus that can be factored, and an exponent of 1, with which every message is its own signature.
fn check_rsa(n: &[u8], e: &[u8]) -> Result<(), KeyError> {
    let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if !PublicKey::RSA_BITS.contains(&bits) {
        return Err(KeyError::RsaModulus { bits });
    }
    if has_roca_fingerprint(n) {
        return Err(KeyError::Roca);
    }
    match e {
        [.., last] if last % 2 == 1 && *e != [1] => Ok(()),
        _ => Err(KeyError::RsaExponent),
    }
}

/// Whether the modulus is a power of 65537 modulo each small prime, as those of Infineon's library are and one in 2^154
/// others is (Nemec et al., "The Return of Coppersmith's Attack", section 2.3.1).
fn has_roca_fingerprint(n: &[u8]) -> bool {
    const PRIMES: [u32; 38] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
        109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];
    PRIMES.iter().all(|prime| {
        let residue = n.iter().fold(0, |residue, byte| (residue * 256 + u32::from(*byte)) % prime);
        std::iter::successors(Some(1), |power| Some(power * 65537 % prime))
            .take(*prime as usize)
            .any(|power| power == residue)
    })
}

/// Whether the point's order divides 8, so that signatures without its private half verify: an encoding of one of the
/// eight such points (RFC 7748 section 7, whose sign is the highest bit), canonical or not.
fn has_small_order(x: &[u8]) -> bool {
    const Y: [&str; 7] = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let mut y = x.to_vec();
    if let Some(last) = y.last_mut() {
        *last &= 0x7f;
    }
    Y.contains(&hex::encode(y).as_str())
}

fn text(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::keys::private::PrivateKey;

    #[test]
    fn an_exponent_of_one_is_refused_with_leading_zeros_too() {
        let Some(PublicKey::Rsa { n, e }) =
            PrivateKey::random_rsa(aws_lc_rs::rsa::KeySize::Rsa2048).map(|key| key.public)
        else {
            panic!("no RSA key")
        };
        let check = |e: &[u8]| PublicKey::Rsa { n: n.clone(), e: e.to_vec() }.check(Algorithm::Rs256);
        check(&e).unwrap();
        for weak in [[1].as_slice(), &[0, 1], &[0, 0, 0, 1], &[2], &[0, 2], &[0], &[]] {
            assert!(check(weak).is_err(), "{weak:?}");
        }
    }

    /// RFC 8037 appendix A.3 and RFC 7638 section 3.1.
    #[test]
    fn rfc7638_s3_the_thumbprint_is_the_one_of_the_examples() {
        let bytes = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
        let ed25519 = PublicKey::Ed25519 { x: bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") };
        assert_eq!(ed25519.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let rsa = PublicKey::Rsa { n: bytes(RFC7638_N), e: bytes("AQAB") };
        assert_eq!(rsa.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    const RFC7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPeb\
        WKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c\
        7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-k\
        EgU8awapJzKnqDKgw";
}

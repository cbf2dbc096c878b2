//! Public keys of a former service, for algorithms by which this one does not sign.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::public::PublicKey;
use super::{KeyError, Rs256, VerifyingKey};
use crate::token::{TokenError, strict_json};

/// The DER prefix of the point in the `SubjectPublicKeyInfo` of a P-384 key (RFC 5480).
const P384_SPKI: &[u8] = &[
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00,
    0x22, 0x03, 0x62, 0x00,
];

/// An algorithm of [`LegacyTokens::signed_with`](crate::LegacyTokens::signed_with) (RFC 7518 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LegacyAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-384 with SHA-384.
    Es384,
}

impl LegacyAlgorithm {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es384 => "ES384",
        }
    }

    /// `None` for an elliptic curve.
    const fn rsa(self) -> Option<&'static RsaParameters> {
        Some(match self {
            Self::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
            Self::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
            Self::Ps384 => &RSA_PSS_2048_8192_SHA384,
            Self::Ps512 => &RSA_PSS_2048_8192_SHA512,
            Self::Es384 => return None,
        })
    }
}

/// A key that verifies tokens by one of these algorithms.
pub(crate) struct FormerKey {
    pub(crate) algorithm: LegacyAlgorithm,
    pub(crate) kid: Box<str>,
    key: ParsedPublicKey,
}

impl FormerKey {
    /// Reads a public key in PEM or a JWK.
    pub(crate) fn read(algorithm: LegacyAlgorithm, text: &str) -> Result<Self, KeyError> {
        let jwk = if text.trim_start().starts_with('{') { Some(jwk(algorithm, text)?) } else { None };
        let (kid, key) = match algorithm.rsa() {
            Some(parameters) => rsa(parameters, jwk, text)?,
            None => p384(jwk, text)?,
        };
        Ok(Self { algorithm, kid: kid.into(), key })
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), TokenError> {
        self.key.verify_sig(message, signature).map_err(|_| TokenError::Signature)
    }
}

/// The members of a JWK whose `alg` is this one, without it.
fn jwk(algorithm: LegacyAlgorithm, text: &str) -> Result<Map<String, Value>, KeyError> {
    let mut members = strict_json::object(text.as_bytes()).ok_or(KeyError::Unreadable("not a JWK"))?;
    match members.remove("alg") {
        Some(name) if name != algorithm.name() => Err(KeyError::Unreadable("its `alg` is another algorithm")),
        _ => Ok(members),
    }
}

/// Sizes and exponent are those of RS256 (RFC 7518 sections 3.3 and 3.5).
fn rsa(
    parameters: &'static RsaParameters,
    jwk: Option<Map<String, Value>>,
    text: &str,
) -> Result<(String, ParsedPublicKey), KeyError> {
    let key = match jwk {
        Some(members) => VerifyingKey::<Rs256>::from_jwk(&Value::from(members).to_string())?,
        None => VerifyingKey::<Rs256>::from_pem(text)?,
    };
    let kid = key.kid().to_owned();
    match key.key.public.as_deref() {
        Some(PublicKey::Rsa { n, e }) => {
            let key = RsaPublicKeyComponents { n, e }.to_parsed_public_key(parameters);
            Ok((kid, key.map_err(|_| KeyError::Inconsistent)?))
        }
        _ => Err(KeyError::Inconsistent),
    }
}

fn p384(jwk: Option<Map<String, Value>>, text: &str) -> Result<(String, ParsedPublicKey), KeyError> {
    let (named, point) = match jwk {
        Some(members) => p384_of_jwk(&members)?,
        None => (None, p384_of_pem(text)?),
    };
    let [4, coordinates @ ..] = &*point else { return Err(NOT_P384) };
    if coordinates.len() != 96 {
        return Err(NOT_P384);
    }
    let [x, y] = [&coordinates[..48], &coordinates[48..]].map(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes));
    let members = format!(r#"{{"crv":"P-384","kty":"EC","x":"{x}","y":"{y}"}}"#);
    let thumbprint = || BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, members.as_bytes()));
    let key = ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, &*point).map_err(|_| KeyError::Inconsistent)?;
    Ok((named.unwrap_or_else(thumbprint), key))
}

const NOT_P384: KeyError = KeyError::Unreadable("not a public P-384 key");

/// The `kid`, if any, and the point in uncompressed form.
fn p384_of_jwk(members: &Map<String, Value>) -> Result<(Option<String>, Vec<u8>), KeyError> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    if (text("kty"), text("crv")) != (Some("EC"), Some("P-384")) {
        return Err(NOT_P384);
    }
    if members.contains_key("d") {
        return Err(KeyError::NotPublic);
    }
    if members.get("use").is_some_and(|usage| usage != "sig") {
        return Err(KeyError::Purpose("use"));
    }
    let coordinate = |name| {
        let bytes = text(name).and_then(|text| BASE64_URL_SAFE_NO_PAD.decode(text).ok());
        bytes.filter(|bytes| bytes.len() == 48).ok_or(NOT_P384)
    };
    let point = [vec![4], coordinate("x")?, coordinate("y")?].concat();
    Ok((text("kid").map(str::to_owned), point))
}

fn p384_of_pem(text: &str) -> Result<Vec<u8>, KeyError> {
    let block = ::pem::parse(text).map_err(|_| KeyError::Unreadable("not well-formed PEM"))?;
    let point = block.contents().strip_prefix(P384_SPKI).filter(|_| block.tag() == "PUBLIC KEY");
    point.map(<[u8]>::to_vec).ok_or(NOT_P384)
}

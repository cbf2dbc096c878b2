//! Keys in PEM (RFC 7468).

use secrecy::zeroize::Zeroizing;

use super::private::PrivateKey;
use super::provider::KEY_UTILS;
use super::public::PublicKey;
use super::signing::Signing;
use super::verifying::Verifying;
use super::{Algorithm, KeyError};

/// The DER prefix of the point in the `SubjectPublicKeyInfo` of a P-256 key (RFC 5480) and of an Ed25519 key (RFC
/// 8410). DER is canonical, so the prefix is constant.
const P256_SPKI: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const ED25519_SPKI: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

struct Block {
    label: String,
    der: Zeroizing<Vec<u8>>,
}

/// Returns the only key of a file. Ignores the curve parameters that `openssl ecparam` writes before the key.
fn only_key(text: &str) -> Result<Block, KeyError> {
    let blocks = ::pem::parse_many(text).map_err(|_| KeyError::Unreadable("not well-formed PEM"))?;
    let mut keys = blocks.into_iter().filter(|block| block.tag() != "EC PARAMETERS");
    match (keys.next(), keys.next()) {
        (Some(key), None) => Ok(Block { label: key.tag().to_owned(), der: Zeroizing::new(key.into_contents()) }),
        (None, _) => Err(KeyError::Unreadable("no PEM block")),
        (Some(_), Some(_)) => Err(KeyError::Unreadable("more than one key; use one file for each")),
    }
}

/// Reads a private key. `algorithm` selects between the algorithms of RSA.
pub(super) fn signing(text: &str, algorithm: Option<Algorithm>) -> Result<Signing, KeyError> {
    let block = only_key(text)?;
    let key = match block.label.as_str() {
        "PRIVATE KEY" => PrivateKey::pkcs8(&block.der).ok_or(KeyError::Unsupported("type, size or curve"))?,
        "EC PRIVATE KEY" => PrivateKey::sec1(&block.der).ok_or(KeyError::Unsupported("curve"))?,
        "RSA PRIVATE KEY" => PrivateKey::pkcs1(&block.der).ok_or(KeyError::Unsupported("size"))?,
        "PUBLIC KEY" | "RSA PUBLIC KEY" => return Err(KeyError::NotPrivate),
        "ENCRYPTED PRIVATE KEY" => {
            return Err(KeyError::Unreadable("encrypted private key; decrypt it with `openssl pkey`"));
        }
        _ => return Err(KeyError::Unreadable("the PEM block is not a key")),
    };
    let algorithm = algorithm.unwrap_or(key.public.usual_algorithm());
    Signing::asymmetric(key, algorithm, None)
}

pub(super) fn verifying(text: &str, algorithm: Option<Algorithm>) -> Result<Verifying, KeyError> {
    let block = only_key(text)?;
    let public = match block.label.as_str() {
        "PUBLIC KEY" => {
            if let Some(point) = block.der.strip_prefix(P256_SPKI) {
                PublicKey::p256(point)?
            } else if let Some(x) = block.der.strip_prefix(ED25519_SPKI) {
                PublicKey::Ed25519 { x: x.to_vec() }
            } else {
                rsa_public(&block.der)?
            }
        }
        "RSA PUBLIC KEY" => rsa_public(&block.der)?,
        _ => return signing(text, algorithm).map(|key| key.verifying),
    };
    let algorithm = algorithm.unwrap_or(public.usual_algorithm());
    Verifying::public(public, algorithm, None)
}

/// Reads PKCS#1 or `SubjectPublicKeyInfo`.
fn rsa_public(der: &[u8]) -> Result<PublicKey, KeyError> {
    let (n, e) = (KEY_UTILS.rsa_pub_components_from_public_key)(der)
        .map_err(|_| KeyError::Unsupported("type, size or curve"))?;
    Ok(PublicKey::Rsa { n, e })
}

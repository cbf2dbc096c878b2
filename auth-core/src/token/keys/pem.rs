//! Keys in PEM (RFC 7468).

use secrecy::zeroize::Zeroizing;

use super::pkcs;
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
    is_encrypted: bool,
    der: Zeroizing<Vec<u8>>,
}

/// Returns the only key of a file. Ignores the curve parameters that `openssl ecparam` writes before the key.
fn only_key(text: &str) -> Result<Block, KeyError> {
    let blocks = ::pem::parse_many(text).map_err(|_| KeyError::Unreadable("not well-formed PEM"))?;
    let mut keys = blocks.into_iter().filter(|block| block.tag() != "EC PARAMETERS");
    match (keys.next(), keys.next()) {
        (Some(key), None) => Ok(Block {
            label: key.tag().to_owned(),
            // RFC 1421 section 4.6.1.1, the form of OpenSSL before PKCS#8.
            is_encrypted: key.tag() == "ENCRYPTED PRIVATE KEY" || key.headers().get("Proc-Type").is_some(),
            der: Zeroizing::new(key.into_contents()),
        }),
        (None, _) => Err(KeyError::Unreadable("no PEM block")),
        (Some(_), Some(_)) => Err(KeyError::Unreadable("more than one key; use one file for each")),
    }
}

/// Reads a private key. `algorithm` selects between the algorithms of RSA.
pub(super) fn signing(text: &str, algorithm: Option<Algorithm>) -> Result<Signing, KeyError> {
    let block = only_key(text)?;
    if block.is_encrypted {
        return Err(KeyError::Unreadable("encrypted private key; decrypt it with `openssl pkey`"));
    }
    let (key, named) = match block.label.as_str() {
        "PRIVATE KEY" => match pkcs::private_rsa(&block.der)? {
            Some((named, pkcs1)) => (rsa_private(pkcs1)?, named),
            None => (PrivateKey::pkcs8(&block.der).ok_or(KeyError::Unsupported("type or curve"))?, None),
        },
        "EC PRIVATE KEY" => (PrivateKey::sec1(&block.der).ok_or(KeyError::Unsupported("curve"))?, None),
        "RSA PRIVATE KEY" => (rsa_private(&block.der)?, None),
        "PUBLIC KEY" | "RSA PUBLIC KEY" => return Err(KeyError::NotPrivate),
        label => return Err(no_key(label)),
    };
    let algorithm = chosen(algorithm, named, &key.public)?;
    Signing::asymmetric(key, algorithm, None)
}

pub(super) fn verifying(text: &str, algorithm: Option<Algorithm>) -> Result<Verifying, KeyError> {
    let block = only_key(text)?;
    let (public, named) = match block.label.as_str() {
        "PUBLIC KEY" => {
            if let Some(point) = block.der.strip_prefix(P256_SPKI) {
                (PublicKey::p256(point)?, None)
            } else if let Some(x) = block.der.strip_prefix(ED25519_SPKI) {
                (PublicKey::Ed25519 { x: x.to_vec() }, None)
            } else {
                (rsa_public(&block.der)?, pkcs::algorithm_of_public(&block.der)?)
            }
        }
        "RSA PUBLIC KEY" => (rsa_public(&block.der)?, None),
        _ => return signing(text, algorithm).map(|key| key.verifying),
    };
    let algorithm = chosen(algorithm, named, &public)?;
    Verifying::public(public, algorithm, None)
}

/// The wanted algorithm, which must be the one that the key names, if it names one.
fn chosen(wanted: Option<Algorithm>, named: Option<Algorithm>, key: &PublicKey) -> Result<Algorithm, KeyError> {
    match (wanted, named) {
        (Some(expected), Some(found)) if expected != found => Err(KeyError::Algorithm { expected, found }),
        _ => Ok(wanted.or(named).unwrap_or(key.usual_algorithm())),
    }
}

fn no_key(label: &str) -> KeyError {
    KeyError::Unreadable(match label {
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
            "a certificate, not a key; extract its public key with `openssl x509 -pubkey -noout`"
        }
        "OPENSSH PRIVATE KEY" => "an OpenSSH key; convert it with `ssh-keygen -p -m PKCS8`",
        _ => "the PEM block is not a key",
    })
}

fn rsa_private(pkcs1: &[u8]) -> Result<PrivateKey, KeyError> {
    PrivateKey::pkcs1(pkcs1).ok_or_else(|| match pkcs::modulus_bits(pkcs1) {
        Some(bits) if !PublicKey::RSA_BITS.contains(&bits) => KeyError::RsaModulus { bits },
        _ => KeyError::Inconsistent,
    })
}

/// Reads PKCS#1 or `SubjectPublicKeyInfo`.
fn rsa_public(der: &[u8]) -> Result<PublicKey, KeyError> {
    let (n, e) = (KEY_UTILS.rsa_pub_components_from_public_key)(der)
        .map_err(|_| KeyError::Unsupported("type, size or curve"))?;
    Ok(PublicKey::Rsa { n, e })
}

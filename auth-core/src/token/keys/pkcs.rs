//! The DER around an RSA key: PKCS#8 (RFC 5958), `SubjectPublicKeyInfo` (RFC 5280) and PKCS#1 (RFC 8017).
//!
//! DER is canonical, so the parts around the numbers are constant.

use super::{Algorithm, KeyError};

/// `AlgorithmIdentifier` of `rsaEncryption`.
const RSA: &[u8] = &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
/// Object identifier `id-RSASSA-PSS`.
const PSS: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
/// The parameters of PS256: SHA-256, MGF1 with SHA-256, a salt of 32 bytes.
const PS256: &[u8] = &[
    0x30, 0x34, 0xa0, 0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d, 0x06, 0x09,
    0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, 0x20,
];

/// An algorithm, if one is named, and the bytes after it.
type Identified<'a> = (Option<Algorithm>, &'a [u8]);

/// The algorithm that a `SubjectPublicKeyInfo` of RSA names. A key for RSASSA-PSS makes no other signatures (RFC 4055
/// section 1.2); one for `rsaEncryption` names none.
pub(super) fn algorithm_of_public(der: &[u8]) -> Result<Option<Algorithm>, KeyError> {
    let [0x30, 0x82, _, _, rest @ ..] = der else { return Ok(None) };
    Ok(identified(rest)?.and_then(|(algorithm, _)| algorithm))
}

/// The algorithm that a PKCS#8 key names, and the PKCS#1 key in it; `None` if it is not of RSA.
pub(super) fn private_rsa(der: &[u8]) -> Result<Option<Identified<'_>>, KeyError> {
    let [0x30, 0x82, _, _, 0x02, 0x01, 0x00, rest @ ..] = der else { return Ok(None) };
    Ok(match identified(rest)? {
        Some((algorithm, [0x04, 0x82, _, _, key @ ..])) => Some((algorithm, key)),
        _ => None,
    })
}

/// Reads the `AlgorithmIdentifier` of an RSA key.
fn identified(der: &[u8]) -> Result<Option<Identified<'_>>, KeyError> {
    if let Some(rest) = der.strip_prefix(RSA) {
        return Ok(Some((None, rest)));
    }
    let [0x30, length, rest @ ..] = der else { return Ok(None) };
    let Some((identifier, rest)) = rest.split_at_checked(usize::from(*length)) else { return Ok(None) };
    match identifier.strip_prefix(PSS) {
        None => Ok(None),
        Some([] | PS256) => Ok(Some((Some(Algorithm::Ps256), rest))),
        Some(_) => Err(KeyError::Unsupported("RSASSA-PSS parameters, which are not those of PS256")),
    }
}

/// The size of the modulus of a private PKCS#1 key.
pub(super) fn modulus_bits(pkcs1: &[u8]) -> Option<usize> {
    let (0x30, fields) = value(pkcs1)? else { return None };
    let (0x02, modulus) = value(fields.strip_prefix(&[0x02, 0x01, 0x00])?)? else { return None };
    let first = modulus.iter().position(|byte| *byte != 0)?;
    Some((modulus.len() - first) * 8 - modulus.get(first)?.leading_zeros() as usize)
}

/// The tag and content of the first value.
fn value(der: &[u8]) -> Option<(u8, &[u8])> {
    let (tag, length, rest) = match der {
        [tag, 0x82, high, low, rest @ ..] => (tag, usize::from(*high) << 8 | usize::from(*low), rest),
        [tag, 0x81, length, rest @ ..] => (tag, usize::from(*length), rest),
        [tag, length, rest @ ..] => (tag, usize::from(*length), rest),
        _ => return None,
    };
    Some((*tag, rest.get(..length)?))
}

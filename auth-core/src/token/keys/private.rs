//! The private half of an asymmetric key.
//!
//! `jsonwebtoken` neither reads private JWKs and SEC 1 nor generates keys. aws-lc-rs does, checks that the components
//! are consistent, and exports PKCS#8.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPairComponents, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use jsonwebtoken::jwk::EllipticCurve;
use jsonwebtoken::{Algorithm as Jws, EncodingKey};
use secrecy::zeroize::Zeroizing;

use super::pkcs;
use super::provider::KEY_UTILS;
use super::public::PublicKey;

/// A private key with its public half.
pub(super) struct PrivateKey {
    /// PKCS#8; for RSA, PKCS#1.
    pub(super) key: EncodingKey,
    pub(super) public: PublicKey,
}

impl PrivateKey {
    /// Reads PKCS#8 (RFC 5958): Ed25519 or P-256.
    pub(super) fn pkcs8(der: &[u8]) -> Option<Self> {
        Self::ed25519(der).or_else(|| Self::p256(der))
    }

    /// Reads SEC 1 (RFC 5915): P-256.
    pub(super) fn sec1(der: &[u8]) -> Option<Self> {
        Self::p256_pair(&EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der).ok()?)
    }

    /// Reads PKCS#1 (RFC 8017 appendix A.1.2): RSA.
    pub(super) fn pkcs1(der: &[u8]) -> Option<Self> {
        let (n, e) = (KEY_UTILS.rsa_pub_components_from_private_key)(der).ok()?;
        Some(Self { key: EncodingKey::from_rsa_der(der), public: PublicKey::Rsa { n, e } })
    }

    /// Builds a key from a JWK's `d` and `x`.
    pub(super) fn ed25519_parts(d: &[u8], x: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_and_public_key(d, x).ok()?;
        Self::ed25519(pair.to_pkcs8v1().ok()?.as_ref())
    }

    /// Builds a key from a JWK's `d` and point.
    pub(super) fn p256_parts(d: &[u8], point: &[u8]) -> Option<Self> {
        let pair = EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, d, point);
        Self::p256_pair(&pair.ok()?)
    }

    /// Builds a key from a JWK's RSA parameters.
    pub(super) fn rsa_parts(parts: &KeyPairComponents<&[u8], Zeroizing<Vec<u8>>>) -> Option<Self> {
        Self::rsa_pair(&RsaKeyPair::from_components(parts).ok()?)
    }

    pub(super) fn random_ed25519() -> Option<Self> {
        Self::ed25519(Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).ok()?.as_ref())
    }

    pub(super) fn random_p256() -> Option<Self> {
        let random = SystemRandom::new();
        Self::p256(EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).ok()?.as_ref())
    }

    pub(super) fn random_rsa(size: KeySize) -> Option<Self> {
        Self::rsa_pair(&RsaKeyPair::generate(size).ok()?)
    }

    fn ed25519(pkcs8: &[u8]) -> Option<Self> {
        let x = (KEY_UTILS.ed_pub_components_from_private_key)(pkcs8, &EllipticCurve::Ed25519).ok()?;
        Some(Self { key: EncodingKey::from_ed_der(pkcs8), public: PublicKey::Ed25519 { x } })
    }

    fn p256(pkcs8: &[u8]) -> Option<Self> {
        let (_, x, y) = (KEY_UTILS.ec_pub_components_from_private_key)(pkcs8, Jws::ES256).ok()?;
        Some(Self { key: EncodingKey::from_ec_der(pkcs8), public: PublicKey::P256 { x, y } })
    }

    fn p256_pair(pair: &EcdsaKeyPair) -> Option<Self> {
        Self::p256(pair.to_pkcs8v1().ok()?.as_ref())
    }

    fn rsa(pkcs8: &[u8]) -> Option<Self> {
        let (_, pkcs1) = pkcs::private_rsa(pkcs8).ok()??;
        Self::pkcs1(pkcs1)
    }

    fn rsa_pair(pair: &RsaKeyPair) -> Option<Self> {
        Self::rsa(pair.as_der().ok()?.as_ref())
    }
}

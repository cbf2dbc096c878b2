//! Encryption of what a store keeps and this service reads: AES-256-GCM with random nonces.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf;
use secrecy::zeroize::Zeroizing;

use super::TokenError;

/// A key derived from a secret (HKDF-SHA256, RFC 5869). `salt` names the use, so that no two uses share a key.
pub(super) fn derive(salt: &'static [u8], secret: &[u8]) -> Result<RandomizedNonceKey, TokenError> {
    let mut key = Zeroizing::new([0; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(secret)
        .expand(&[b"seal"], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut *key))
        .map_err(|_| TokenError::Malformed)?;
    RandomizedNonceKey::new(&AES_256_GCM, &*key).map_err(|_| TokenError::Malformed)
}

/// Encrypts `plain`. What is `bound` must be the same at decryption.
pub(super) fn seal(key: &RandomizedNonceKey, bound: &[u8], plain: &[u8]) -> Result<Vec<u8>, TokenError> {
    let mut sealed = plain.to_vec();
    let nonce = key.seal_in_place_append_tag(Aad::from(bound), &mut sealed).map_err(|_| TokenError::Malformed)?;
    sealed.extend_from_slice(nonce.as_ref());
    Ok(sealed)
}

/// Decrypts what [`seal`] encrypted.
pub(super) fn open(key: &RandomizedNonceKey, bound: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, TokenError> {
    let mut sealed = Zeroizing::new(sealed.to_vec());
    let nonce = sealed.len().checked_sub(NONCE_LEN).ok_or(TokenError::Malformed)?;
    let nonce = Nonce::try_assume_unique_for_key(&sealed.split_off(nonce)).map_err(|_| TokenError::Malformed)?;
    let length = key.open_in_place(nonce, Aad::from(bound), &mut sealed).map_err(|_| TokenError::Malformed)?.len();
    sealed.truncate(length);
    Ok(sealed)
}

/// The keys of second factors: the first one seals, all of them open.
pub(crate) struct FactorKeys(Vec<RandomizedNonceKey>);

impl FactorKeys {
    /// Derives a key from each secret.
    pub(crate) fn derived<S: AsRef<[u8]>>(secrets: impl IntoIterator<Item = S>) -> Result<Self, TokenError> {
        let keys = secrets.into_iter().map(|secret| derive(b"auth-core second factor", secret.as_ref()));
        keys.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn seal(&self, bound: &str, plain: &[u8]) -> Result<Vec<u8>, TokenError> {
        seal(self.0.first().ok_or(TokenError::UnknownKey)?, bound.as_bytes(), plain)
    }

    pub(crate) fn open(&self, bound: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, TokenError> {
        let opened = self.0.iter().find_map(|key| open(key, bound.as_bytes(), sealed).ok());
        opened.ok_or(TokenError::UnknownKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_with_each_key_and_for_its_subject_alone() {
        let keys = |secrets: &[&str]| FactorKeys::derived(secrets).unwrap();
        let sealed = keys(&["old"]).seal("ada", b"secret").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(**keys(&["new", "old"]).open("ada", &sealed).unwrap(), *b"secret");
        assert!(keys(&["old"]).open("bob", &sealed).is_err(), "a sealed secret was moved to another subject");
        assert!(keys(&["new"]).open("ada", &sealed).is_err());
        let mut changed = sealed;
        changed[0] ^= 1;
        assert!(keys(&["old"]).open("ada", &changed).is_err());
        assert!(keys(&["old"]).open("ada", b"").is_err());
    }
}

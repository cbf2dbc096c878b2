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
pub(crate) struct FactorKeys {
    keys: Vec<RandomizedNonceKey>,
    /// Whether the first key seals. Keys that are about to be removed only open.
    seals: bool,
}

/// A secret that was decrypted.
pub(crate) struct Opened {
    pub(crate) secret: Zeroizing<Vec<u8>>,
    /// Whether another key than the present one had sealed it.
    pub(crate) is_of_former_key: bool,
}

impl FactorKeys {
    /// Derives a key from each secret. With `present` secrets the first of them seals, and `former` ones only open.
    pub(crate) fn derived<'a>(
        present: impl IntoIterator<Item = &'a [u8]>,
        former: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, TokenError> {
        let derived = |secret| derive(b"auth-core second factor", secret);
        let mut keys = present.into_iter().map(derived).collect::<Result<Vec<_>, _>>()?;
        let seals = !keys.is_empty();
        for secret in former {
            keys.push(derived(secret)?);
        }
        Ok(Self { keys, seals })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(crate) const fn can_seal(&self) -> bool {
        self.seals
    }

    pub(crate) fn seal(&self, bound: &str, plain: &[u8]) -> Result<Vec<u8>, TokenError> {
        let key = self.keys.first().filter(|_| self.seals).ok_or(TokenError::UnknownKey)?;
        seal(key, bound.as_bytes(), plain)
    }

    pub(crate) fn open(&self, bound: &str, sealed: &[u8]) -> Result<Opened, TokenError> {
        let opened = self.keys.iter().enumerate().find_map(|(at, key)| {
            let secret = open(key, bound.as_bytes(), sealed).ok()?;
            Some(Opened { secret, is_of_former_key: at > 0 || !self.seals })
        });
        opened.ok_or(TokenError::UnknownKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(present: &[&str], former: &[&str]) -> FactorKeys {
        FactorKeys::derived(present.iter().map(|s| s.as_bytes()), former.iter().map(|s| s.as_bytes())).unwrap()
    }

    #[test]
    fn a_sealed_secret_opens_with_each_key_and_for_its_subject_alone() {
        let sealed = keys(&["old"], &[]).seal("ada", b"secret").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        for (keys, is_of_former_key) in [
            (keys(&["old"], &[]), false),
            (keys(&["new", "old"], &[]), true),
            (keys(&["new"], &["old"]), true),
            (keys(&[], &["old"]), true),
        ] {
            let opened = keys.open("ada", &sealed).unwrap();
            assert_eq!((opened.secret.as_slice(), opened.is_of_former_key), (&b"secret"[..], is_of_former_key));
            assert!(keys.open("bob", &sealed).is_err(), "a sealed secret was moved to another subject");
        }
        assert!(keys(&["new"], &[]).open("ada", &sealed).is_err());
        let mut changed = sealed;
        changed[0] ^= 1;
        assert!(keys(&["old"], &[]).open("ada", &changed).is_err());
        assert!(keys(&["old"], &[]).open("ada", b"").is_err());
    }

    #[test]
    fn a_former_key_alone_seals_nothing() {
        assert!(keys(&[], &["old"]).seal("ada", b"secret").is_err());
        assert!(keys(&["new"], &["old"]).can_seal() && !keys(&[], &["old"]).can_seal());
    }
}

//! PBKDF2 (RFC 8018), as passlib and the PHC string format, Django and Werkzeug write it.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;

use super::encoding::{self, OUTPUT_BYTES};

/// About 2 seconds with SHA-256. Django's default grows with each release and is 1,200,000 in 6.0.
const MAX_ROUNDS: u32 = 5_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

impl Digest {
    fn of(name: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha256, Self::Sha512].into_iter().find(|digest| digest.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    fn algorithm(self) -> pbkdf2::Algorithm {
        match self {
            Self::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }

    /// A longer hash would take the work of the rounds once more for each of these.
    fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::password) struct Pbkdf2 {
    digest: Digest,
    pub(super) rounds: NonZeroU32,
}

struct Stored {
    work: Pbkdf2,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

/// `None` if the text is no PBKDF2 hash.
fn parse(stored: &str) -> Option<Stored> {
    let fields: Vec<_> = stored.split('$').collect();
    let (digest, rounds, salt, hash) = match *fields {
        // passlib: $pbkdf2-sha256$29000$salt$hash; PHC: $pbkdf2-sha256$i=29000,l=32$salt$hash
        ["", method, parameters, salt, hash] => {
            let digest = if method == "pbkdf2" { "sha1" } else { method.strip_prefix("pbkdf2-")? };
            let rounds = match parameters.split(',').next()?.strip_prefix("i=") {
                Some(rounds) => rounds,
                None => parameters,
            };
            (digest, rounds, encoding::base64(salt)?, encoding::base64(hash)?)
        }
        // Django: pbkdf2_sha256$600000$salt$hash
        [method, rounds, salt, hash] => (method.strip_prefix("pbkdf2_")?, rounds, salt.into(), encoding::base64(hash)?),
        // Werkzeug: pbkdf2:sha256:600000$salt$hash
        [method, salt, hash] => {
            let (digest, rounds) = method.strip_prefix("pbkdf2:")?.split_once(':')?;
            (digest, rounds, salt.into(), hex::decode(hash).ok()?)
        }
        _ => return None,
    };
    Some(Stored { work: Pbkdf2 { digest: Digest::of(digest)?, rounds: rounds.parse().ok()? }, salt, hash })
}

impl Pbkdf2 {
    pub(super) fn of(stored: &str) -> Option<Self> {
        let Stored { work, hash, .. } = parse(stored)?;
        let is_bounded =
            work.rounds.get() <= MAX_ROUNDS && OUTPUT_BYTES.contains(&hash.len()) && hash.len() <= work.digest.bytes();
        is_bounded.then_some(work)
    }

    pub(super) fn verify(password: &[u8], stored: &str) -> Option<bool> {
        let Stored { work, salt, hash } = parse(stored)?;
        Some(pbkdf2::verify(work.digest.algorithm(), work.rounds, &salt, password, &hash).is_ok())
    }

    pub(super) fn sample(self) -> String {
        format!("$pbkdf2-{}${}${}", self.digest.name(), self.rounds, encoding::ZEROS)
    }

    pub(super) fn without(self, done: Self) -> Option<Self> {
        let rounds = NonZeroU32::new(self.rounds.get().saturating_sub(done.rounds.get()))?;
        Some(Self { rounds, ..self })
    }

    pub(super) fn has_digest_of(self, other: Self) -> bool {
        self.digest == other.digest
    }
}

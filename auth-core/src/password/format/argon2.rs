//! Argon2, the algorithm of new hashes.

use ::argon2::password_hash::phc;
use ::argon2::{Algorithm, Argon2 as Hasher, Params, PasswordVerifier, Version};

use super::{MAX_MEMORY_KIB, MAX_WORK_KIB};

/// OWASP's recommendation: 19 MiB, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

const MAX_LANES: u32 = 16;
/// Below this, more passes do not make up for the memory: OWASP's smallest choice.
const MIN_MEMORY_KIB: u32 = 7_168;
const OUTPUT_BYTES: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::password) struct Argon2 {
    algorithm: Algorithm,
    version: Version,
    memory: u32,
    passes: u32,
    lanes: u32,
}

impl Argon2 {
    /// The parameters of new hashes.
    pub(in crate::password) const CURRENT: Self = Self {
        algorithm: Algorithm::Argon2id,
        version: Version::V0x13,
        memory: MEMORY_KIB,
        passes: PASSES,
        lanes: LANES,
    };

    /// Makes hashes of the current format.
    pub(in crate::password) fn hasher() -> Option<Hasher<'static>> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
        Some(Hasher::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    pub(super) fn of(stored: &str) -> Option<Self> {
        let hash = phc::PasswordHash::new(phc_text(stored)).ok()?;
        let params = Params::try_from(&hash).ok()?;
        let (memory, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
        let work = u64::from(memory) * u64::from(passes);
        let is_bounded = memory <= MAX_MEMORY_KIB && work <= MAX_WORK_KIB && lanes <= MAX_LANES;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        // Hashes of before version 1.3 do not name theirs.
        let version = hash.version.map_or(Ok(Version::V0x10), Version::try_from).ok()?;
        let is_whole = hash.salt.is_some() && hash.hash.is_some();
        (is_bounded && is_whole).then_some(Self { algorithm, version, memory, passes, lanes })
    }

    pub(super) fn verify(password: &[u8], stored: &str) -> Option<bool> {
        let hash = phc::PasswordHash::new(phc_text(stored)).ok()?;
        match Hasher::default().verify_password(password, &hash) {
            Ok(()) => Some(true),
            Err(::argon2::password_hash::Error::PasswordInvalid) => Some(false),
            Err(_) => None,
        }
    }

    pub(super) fn spend(self, password: &[u8]) {
        if let Ok(params) = Params::new(self.memory, self.passes, self.lanes, Some(OUTPUT_BYTES)) {
            let mut output = [0; OUTPUT_BYTES];
            let _ =
                Hasher::new(self.algorithm, self.version, params).hash_password_into(password, &[0; 16], &mut output);
            std::hint::black_box(output);
        }
    }

    pub(super) fn is_weaker_than_current(self) -> bool {
        let work = u64::from(self.memory) * u64::from(self.passes);
        self.algorithm != Algorithm::Argon2id
            || self.version != Version::V0x13
            || self.memory < MIN_MEMORY_KIB
            || work < u64::from(MEMORY_KIB) * u64::from(PASSES)
    }
}

/// Without Django's name of its hasher: `argon2$argon2id$v=19$..`.
fn phc_text(stored: &str) -> &str {
    stored.strip_prefix("argon2").filter(|rest| rest.starts_with("$argon2")).unwrap_or(stored)
}

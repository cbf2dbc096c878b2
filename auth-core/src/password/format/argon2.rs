//! Argon2, the algorithm of new hashes.

use ::argon2::password_hash::phc;
use ::argon2::{Algorithm, Argon2 as Hasher, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;

use super::memory::with_blocks;
use super::{MAX_MEMORY_KIB, MAX_WORK_KIB};

/// OWASP's recommendation: 19 MiB, 2 passes, 1 lane.
pub(super) const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

const MAX_LANES: u32 = 16;
/// Below this, more passes do not make up for the memory: OWASP's smallest choice.
const MIN_MEMORY_KIB: u32 = 7_168;
const SALT_BYTES: usize = 16;
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

    /// A new hash of the current format, in PHC's form.
    pub(in crate::password) fn hash(password: &[u8]) -> Option<String> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
        let hasher = Hasher::new(Algorithm::Argon2id, Version::V0x13, params);
        let (mut salt, mut output) = ([0; SALT_BYTES], [0; OUTPUT_BYTES]);
        rand::fill(&mut salt).ok()?;
        derive(&hasher, password, &salt, &mut output)?;
        let [salt, output] = [&salt[..], &output].map(|bytes| BASE64_STANDARD_NO_PAD.encode(bytes));
        Some(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${output}"))
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
        let (params, algorithm) = (Params::try_from(&hash).ok()?, Algorithm::try_from(hash.algorithm.as_str()).ok()?);
        let version = hash.version.map_or(Ok(Version::V0x10), Version::try_from).ok()?;
        let (salt, expected) = (hash.salt?, hash.hash?);
        let mut output = vec![0; expected.as_bytes().len()];
        derive(&Hasher::new(algorithm, version, params), password, &salt, &mut output)?;
        Some(verify_slices_are_equal(&output, expected.as_bytes()).is_ok())
    }

    /// A hash of this format that no password has.
    pub(super) fn sample(self) -> String {
        let Self { algorithm, version, memory, passes, lanes } = self;
        let [salt, output] =
            [&[0; SALT_BYTES][..], &[0; OUTPUT_BYTES]].map(|bytes| BASE64_STANDARD_NO_PAD.encode(bytes));
        format!("${algorithm}$v={}$m={memory},t={passes},p={lanes}${salt}${output}", u32::from(version))
    }

    pub(super) fn is_weaker_than_current(self) -> bool {
        let work = u64::from(self.memory) * u64::from(self.passes);
        self.algorithm != Algorithm::Argon2id
            || self.version != Version::V0x13
            || self.memory < MIN_MEMORY_KIB
            || work < u64::from(MEMORY_KIB) * u64::from(PASSES)
    }
}

/// Hashes in memory that was used before.
fn derive(hasher: &Hasher<'_>, password: &[u8], salt: &[u8], output: &mut [u8]) -> Option<()> {
    with_blocks(hasher.params().block_count(), |blocks| {
        hasher.hash_password_into_with_memory(password, salt, output, blocks).ok()
    })
}

/// Without Django's name of its hasher: `argon2$argon2id$v=19$..`.
fn phc_text(stored: &str) -> &str {
    stored.strip_prefix("argon2").filter(|rest| rest.starts_with("$argon2")).unwrap_or(stored)
}

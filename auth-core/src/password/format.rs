//! The formats of stored hashes that can be verified.

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordVerifier, Version};

use super::PasswordHash;

/// OWASP's recommendation: 19 MiB, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Limits of stored parameters. Beyond them one login would take the memory or the cores of the service.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_WORK_KIB: u64 = 1024 * 1024;
const MAX_LANES: u32 = 16;
/// The usual cost is 12, about 0.2 seconds; each step doubles it.
#[cfg(feature = "bcrypt")]
const COSTS: std::ops::RangeInclusive<u32> = 4..=16;

/// Below this, more passes do not make up for the memory: OWASP's smallest choice.
const MIN_MEMORY_KIB: u32 = 7_168;
const OUTPUT_BYTES: usize = 32;

/// bcrypt ignores further bytes: passwords with the same first 72 bytes have the same hash.
#[cfg(feature = "bcrypt")]
const MAX_BCRYPT_BYTES: usize = 72;

/// An algorithm with its parameters: all that decides on the work of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Argon2 {
        algorithm: Algorithm,
        version: Version,
        memory: u32,
        passes: u32,
        lanes: u32,
    },
    /// As `passlib`, `bcrypt` and PHP write it.
    #[cfg(feature = "bcrypt")]
    Bcrypt {
        cost: u32,
    },
}

impl Format {
    /// The format of new hashes.
    pub(super) const CURRENT: Self = Self::Argon2 {
        algorithm: Algorithm::Argon2id,
        version: Version::V0x13,
        memory: MEMORY_KIB,
        passes: PASSES,
        lanes: LANES,
    };

    /// Makes hashes of the current format.
    pub(super) fn current() -> Option<Argon2<'static>> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
        Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    /// The format of a stored hash; `None` if it cannot be verified, or not within the limits.
    pub(super) fn of(stored: &PasswordHash) -> Option<Self> {
        #[cfg(feature = "bcrypt")]
        if let Some(cost) = bcrypt_cost(stored.as_str()) {
            return COSTS.contains(&cost).then_some(Self::Bcrypt { cost });
        }
        let hash = phc::PasswordHash::new(stored.as_str()).ok()?;
        let params = Params::try_from(&hash).ok()?;
        let (memory, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
        let work = u64::from(memory) * u64::from(passes);
        let is_bounded = memory <= MAX_MEMORY_KIB && work <= MAX_WORK_KIB && lanes <= MAX_LANES;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        // Hashes of before version 1.3 do not name theirs.
        let version = hash.version.map_or(Ok(Version::V0x10), Version::try_from).ok()?;
        let is_whole = hash.salt.is_some() && hash.hash.is_some();
        (is_bounded && is_whole).then_some(Self::Argon2 { algorithm, version, memory, passes, lanes })
    }

    /// Whether `password` has this hash, which is of this format; `None` if the hash cannot be verified after all.
    pub(super) fn verify(self, password: &[u8], stored: &PasswordHash) -> Option<bool> {
        let verified = self.verified(password, stored);
        if verified.is_some() {
            self.count();
        }
        verified
    }

    fn verified(self, password: &[u8], stored: &PasswordHash) -> Option<bool> {
        match self {
            Self::Argon2 { .. } => {
                let hash = phc::PasswordHash::new(stored.as_str()).ok()?;
                match Argon2::default().verify_password(password, &hash) {
                    Ok(()) => Some(true),
                    Err(argon2::password_hash::Error::PasswordInvalid) => Some(false),
                    Err(_) => None,
                }
            }
            #[cfg(feature = "bcrypt")]
            Self::Bcrypt { .. } => {
                let matches = bcrypt::verify(password, stored.as_str()).ok()?;
                if password.len() > MAX_BCRYPT_BYTES {
                    tracing::info!(
                        target: "auth",
                        "refused a password over {MAX_BCRYPT_BYTES} bytes: bcrypt truncates it; the user must set a new password"
                    );
                    return Some(false);
                }
                Some(matches)
            }
        }
    }

    /// Does the work of a verification.
    pub(super) fn spend(self, password: &[u8]) {
        self.count();
        match self {
            Self::Argon2 { algorithm, version, memory, passes, lanes } => {
                if let Ok(params) = Params::new(memory, passes, lanes, Some(OUTPUT_BYTES)) {
                    let mut output = [0; OUTPUT_BYTES];
                    let _ = Argon2::new(algorithm, version, params).hash_password_into(password, &[0; 16], &mut output);
                    std::hint::black_box(output);
                }
            }
            #[cfg(feature = "bcrypt")]
            Self::Bcrypt { cost } => {
                std::hint::black_box(bcrypt::hash_with_salt_bytes(password, cost, [0; 16]).ok());
            }
        }
    }

    /// Whether a hash of this format is to be replaced at the next login. A stronger one stays.
    pub(super) fn is_weaker_than_current(self) -> bool {
        match self {
            Self::Argon2 { algorithm, version, memory, passes, .. } => {
                let work = u64::from(memory) * u64::from(passes);
                algorithm != Algorithm::Argon2id
                    || version != Version::V0x13
                    || memory < MIN_MEMORY_KIB
                    || work < u64::from(MEMORY_KIB) * u64::from(PASSES)
            }
            #[cfg(feature = "bcrypt")]
            Self::Bcrypt { .. } => true,
        }
    }

    /// Tests count the work.
    #[cfg(test)]
    fn count(self) {
        tests::RUN.with_borrow_mut(|run| run.push(self));
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "the variant for tests uses it")]
    const fn count(self) {}
}

/// The cost of a bcrypt hash; `None` if it is none.
#[cfg(feature = "bcrypt")]
fn bcrypt_cost(stored: &str) -> Option<u32> {
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|prefix| stored.strip_prefix(prefix))?;
    rest.split('$').next()?.parse().ok()
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::RefCell;

    use super::*;

    thread_local! {
        /// What has run on this thread.
        pub(crate) static RUN: RefCell<Vec<Format>> = const { RefCell::new(Vec::new()) };
    }

    fn format(stored: &str) -> Option<Format> {
        Format::of(&PasswordHash::from_stored(stored))
    }

    fn argon2(parameters: &str) -> String {
        format!("$argon2id$v=19${parameters}$wagCPXjifgvUFBzq4hqe3w$CYaIb8sB+wtD+Vu/P4uod1+Qof8h+1g7bbDlBID48Rc")
    }

    #[test]
    fn what_cannot_be_verified_and_what_would_take_too_much_has_no_format() {
        for stored in [
            "",
            "!",
            "pbkdf2_sha256$600000$seasalt$6Wl8SNqHQ9Y0YzB2d4vPQUkXS7m1tI3yV1G9mN5QxJk=",
            "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$argon2id$v=99$m=19456,t=2,p=1$wagCPXjifgvUFBzq4hqe3w$CYaIb8sB+wtD+Vu/P4uod1+Qof8h+1g7bbDlBID48Rc",
            &argon2("m=4194304,t=1,p=1"),
            &argon2("m=262144,t=5,p=1"),
            &argon2("m=65536,t=4294967295,p=1"),
            &argon2("m=19456,t=2,p=17"),
            "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            "$2b$xx$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        ] {
            assert_eq!(format(stored), None, "{stored}");
        }
        assert!(format(&argon2("m=65536,t=3,p=4")).is_some());
        assert!(format(&argon2("m=262144,t=4,p=1")).is_some());
    }

    #[test]
    fn only_a_weaker_hash_is_replaced() {
        for (parameters, is_weaker) in [
            ("m=19456,t=2,p=1", false),
            ("m=65536,t=3,p=4", false),
            ("m=47104,t=1,p=1", false),
            ("m=512,t=2,p=1", true),
            ("m=19456,t=1,p=1", true),
            ("m=1024,t=100,p=1", true),
        ] {
            assert_eq!(
                format(&argon2(parameters)).map(Format::is_weaker_than_current),
                Some(is_weaker),
                "{parameters}"
            );
        }
        let argon2i = argon2("m=65536,t=3,p=4").replace("argon2id", "argon2i");
        assert_eq!(format(&argon2i).map(Format::is_weaker_than_current), Some(true));
    }

    #[cfg(feature = "bcrypt")]
    mod of_bcrypt {
        use super::*;

        fn verify(password: &str, stored: &str) -> Option<bool> {
            let stored = PasswordHash::from_stored(stored);
            Format::of(&stored)?.verify(password.as_bytes(), &stored)
        }

        #[test]
        fn published_hashes_verify_under_each_prefix() {
            for (password, rest) in [
                ("U*U", "05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
                ("U*U*", "05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
            ] {
                for prefix in ["$2a$", "$2b$", "$2y$"] {
                    assert_eq!(verify(password, &format!("{prefix}{rest}")), Some(true), "{prefix}{rest}");
                    assert_eq!(verify("U*U**", &format!("{prefix}{rest}")), Some(false));
                }
            }
        }

        #[test]
        fn a_password_that_bcrypt_would_truncate_never_matches() {
            let (fits, cut) = ("x".repeat(72), "x".repeat(73));
            let stored = bcrypt::hash(&fits, 4).unwrap();
            assert_eq!(verify(&fits, &stored), Some(true));
            assert_eq!(verify(&cut, &stored), Some(false), "the first 72 bytes logged in");
            assert_eq!(verify(&cut, &bcrypt::hash(&cut, 4).unwrap()), Some(false));
        }

        #[test]
        fn malformed_hashes_verify_no_password() {
            for stored in ["$2b$", "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "$2b$05$short"] {
                assert_eq!(verify("U*U", stored), None, "{stored}");
            }
        }
    }

    #[cfg(not(feature = "bcrypt"))]
    #[test]
    fn without_the_feature_a_bcrypt_hash_has_no_format() {
        assert_eq!(format("$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"), None);
    }
}

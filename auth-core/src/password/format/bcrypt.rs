//! bcrypt, as passlib, PHP and Django write it.

use aws_lc_rs::digest::{SHA256, digest};

/// The usual cost is 12, about 0.2 seconds; each step doubles it.
const COSTS: std::ops::RangeInclusive<u32> = 4..=16;

/// bcrypt ignores further bytes: passwords with the same first 72 bytes have the same hash.
const MAX_BYTES: usize = 72;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::password) struct Bcrypt {
    cost: u32,
}

/// A stored hash.
struct Stored<'a> {
    /// Django's `bcrypt_sha256`: bcrypt of the SHA-256 of the password, in hexadecimal.
    hashes_digest: bool,
    cost: u32,
    /// `$2b$12$..`.
    text: &'a str,
}

/// `None` if the text is no bcrypt hash.
fn parse(stored: &str) -> Option<Stored<'_>> {
    let (hashes_digest, text) = match stored.strip_prefix("bcrypt_sha256$") {
        Some(text) => (true, text),
        None => (false, stored.strip_prefix("bcrypt$").unwrap_or(stored)),
    };
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|prefix| text.strip_prefix(prefix))?;
    let cost = rest.split('$').next()?.parse().ok()?;
    Some(Stored { hashes_digest, cost, text })
}

impl Bcrypt {
    pub(super) fn of(stored: &str) -> Option<Self> {
        parse(stored).filter(|stored| COSTS.contains(&stored.cost)).map(|stored| Self { cost: stored.cost })
    }

    pub(super) fn verify(password: &[u8], stored: &str) -> Option<bool> {
        let stored = parse(stored)?;
        if stored.hashes_digest {
            return ::bcrypt::verify(hex::encode(digest(&SHA256, password)), stored.text).ok();
        }
        let matches = ::bcrypt::verify(password, stored.text).ok()?;
        if password.len() > MAX_BYTES {
            tracing::info!(
                target: "auth",
                "refused a password over {MAX_BYTES} bytes: bcrypt truncates it; the user must set a new password"
            );
            return Some(false);
        }
        Some(matches)
    }

    pub(super) fn spend(self, password: &[u8]) {
        std::hint::black_box(::bcrypt::hash_with_salt_bytes(password, self.cost, [0; 16]).ok());
    }
}

//! bcrypt, for hashes imported from another application: verified, and replaced at the user's next login.

use super::{PasswordError, PasswordHash};

/// bcrypt ignores further bytes: passwords with the same first 72 bytes have the same hash.
#[cfg(feature = "bcrypt")]
const MAX_BYTES: usize = 72;

/// A higher cost occupies a core for seconds. The usual cost is 12, about 0.2 seconds.
#[cfg(feature = "bcrypt")]
const MAX_COST: u32 = 16;

/// A bcrypt hash in the form that `passlib`, `bcrypt` and PHP write.
pub(super) struct Bcrypt<'a> {
    text: &'a str,
    pub(super) cost: u32,
}

impl<'a> Bcrypt<'a> {
    /// Parses a hash; `None` if it is not bcrypt.
    pub(super) fn parse(stored: &'a PasswordHash) -> Option<Self> {
        let text = stored.as_str();
        let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|prefix| text.strip_prefix(prefix))?;
        let cost = rest.split('$').next()?.parse().ok()?;
        Some(Self { text, cost })
    }

    /// Whether the password matches. A password that bcrypt would truncate never matches, after the same work.
    #[cfg(feature = "bcrypt")]
    pub(super) fn verify(&self, password: &[u8]) -> Result<bool, PasswordError> {
        if self.cost > MAX_COST {
            return Err(PasswordError::UnknownFormat);
        }
        let matches = bcrypt::verify(password, self.text).map_err(|_| PasswordError::UnknownFormat)?;
        if password.len() > MAX_BYTES {
            tracing::info!(
                target: "auth",
                "refused a password over {MAX_BYTES} bytes: bcrypt truncates it; the user must set a new password"
            );
            return Ok(false);
        }
        Ok(matches)
    }

    /// Without the feature `bcrypt` no bcrypt hash verifies.
    #[cfg(not(feature = "bcrypt"))]
    pub(super) fn verify(&self, _password: &[u8]) -> Result<bool, PasswordError> {
        tracing::error!(
            target: "auth",
            "cannot verify a stored bcrypt hash ({}...): build `auth-core` with the feature `bcrypt`",
            self.text.get(..4).unwrap_or_default()
        );
        Err(PasswordError::UnknownFormat)
    }
}

/// Does the work of a verification, to even out timing.
#[cfg(feature = "bcrypt")]
pub(super) fn spend(password: &[u8], cost: u32) {
    let _ = bcrypt::hash_with_salt_bytes(password, cost.clamp(4, MAX_COST), [0; 16]);
}

/// Without bcrypt there is no timing difference to even out.
#[cfg(not(feature = "bcrypt"))]
pub(super) fn spend(_password: &[u8], _cost: u32) {}

#[cfg(all(test, feature = "bcrypt"))]
mod tests {
    use super::*;

    fn verify(password: &[u8], stored: &str) -> Result<bool, PasswordError> {
        Bcrypt::parse(&PasswordHash::from_stored(stored))
            .map_or(Err(PasswordError::UnknownFormat), |hash| hash.verify(password))
    }

    #[test]
    fn published_hashes_verify_under_each_prefix() {
        for (password, rest) in [
            ("U*U", "05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("U*U*", "05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        ] {
            for prefix in ["$2a$", "$2b$", "$2y$"] {
                assert_eq!(verify(password.as_bytes(), &format!("{prefix}{rest}")), Ok(true), "{prefix}{rest}");
                assert_eq!(verify(b"U*U**", &format!("{prefix}{rest}")), Ok(false));
            }
        }
    }

    #[test]
    fn a_password_that_bcrypt_would_truncate_never_matches() {
        let (fits, cut) = ("x".repeat(72), "x".repeat(73));
        let stored = bcrypt::hash(&fits, 4).unwrap();
        assert_eq!(verify(fits.as_bytes(), &stored), Ok(true));
        assert_eq!(verify(cut.as_bytes(), &stored), Ok(false), "the first 72 bytes logged in");
        let stored = bcrypt::hash(&cut, 4).unwrap();
        assert_eq!(verify(cut.as_bytes(), &stored), Ok(false));
    }

    #[test]
    fn malformed_and_too_expensive_hashes_are_refused() {
        for stored in
            ["", "$2b$", "$2b$xx$", "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "$2b$05$short"]
        {
            assert_eq!(verify(b"U*U", stored), Err(PasswordError::UnknownFormat), "{stored}");
        }
        let endless = "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        assert_eq!(verify(b"U*U", endless), Err(PasswordError::UnknownFormat));
    }
}

#[cfg(all(test, not(feature = "bcrypt")))]
mod tests_without_bcrypt {
    use super::*;

    #[test]
    fn a_bcrypt_hash_never_verifies() {
        let stored = PasswordHash::from_stored("$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
        let verified = Bcrypt::parse(&stored).map(|hash| hash.verify(b"U*U"));
        assert_eq!(verified, Some(Err(PasswordError::UnknownFormat)));
    }
}

//! bcrypt, for hashes taken over from another application: verified, and replaced at the user's next login.

use super::{PasswordError, PasswordHash};

/// bcrypt reads no further. Two passwords that begin with the same 72 bytes would be one.
#[cfg(feature = "bcrypt")]
const MAX_BYTES: usize = 72;

/// A hash above this takes a core for seconds. The usual cost is 12, some 0.2 seconds.
#[cfg(feature = "bcrypt")]
const MAX_COST: u32 = 16;

/// A bcrypt hash in the form that `passlib`, `bcrypt` and PHP write.
pub(super) struct Bcrypt<'a> {
    text: &'a str,
    pub(super) cost: u32,
}

impl<'a> Bcrypt<'a> {
    /// `None` when it is of another kind.
    pub(super) fn parse(stored: &'a PasswordHash) -> Option<Self> {
        let text = stored.as_str();
        let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|prefix| text.strip_prefix(prefix))?;
        let cost = rest.split('$').next()?.parse().ok()?;
        Some(Self { text, cost })
    }

    /// Whether the password is the one hashed. One that bcrypt would cut is never right, and costs the same.
    #[cfg(feature = "bcrypt")]
    pub(super) fn verify(&self, password: &[u8]) -> Result<bool, PasswordError> {
        if self.cost > MAX_COST {
            return Err(PasswordError::UnknownFormat);
        }
        let matches = bcrypt::verify(password, self.text).map_err(|_| PasswordError::UnknownFormat)?;
        if password.len() > MAX_BYTES {
            tracing::info!(
                target: "auth",
                "a password over {MAX_BYTES} bytes does not log in by a bcrypt hash; its user can set a new one"
            );
            return Ok(false);
        }
        Ok(matches)
    }

    /// Nobody logs in by it.
    #[cfg(not(feature = "bcrypt"))]
    pub(super) fn verify(&self, _password: &[u8]) -> Result<bool, PasswordError> {
        tracing::error!(
            target: "auth",
            "a stored password hash ({}...) is of bcrypt, which this service was built without: build `auth-core` with \
             its feature `bcrypt`",
            self.text.get(..4).unwrap_or_default()
        );
        Err(PasswordError::UnknownFormat)
    }
}

/// The work of a verification, for nothing.
#[cfg(feature = "bcrypt")]
pub(super) fn spend(password: &[u8], cost: u32) {
    let _ = bcrypt::hash_with_salt_bytes(password, cost.clamp(4, MAX_COST), [0; 16]);
}

/// Without bcrypt its hashes cost nothing that would have to be evened out.
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
    fn a_password_that_bcrypt_would_cut_is_never_right() {
        let (fits, cut) = ("x".repeat(72), "x".repeat(73));
        let stored = bcrypt::hash(&fits, 4).unwrap();
        assert_eq!(verify(fits.as_bytes(), &stored), Ok(true));
        assert_eq!(verify(cut.as_bytes(), &stored), Ok(false), "the first 72 bytes logged in");
        let stored = bcrypt::hash(&cut, 4).unwrap();
        assert_eq!(verify(cut.as_bytes(), &stored), Ok(false));
    }

    #[test]
    fn what_is_no_bcrypt_hash_is_not_guessed_at() {
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
    fn nobody_logs_in_by_a_bcrypt_hash() {
        let stored = PasswordHash::from_stored("$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
        let verified = Bcrypt::parse(&stored).map(|hash| hash.verify(b"U*U"));
        assert_eq!(verified, Some(Err(PasswordError::UnknownFormat)));
    }
}

//! An authenticator application.

use totp_rs::{Builder, Secret};

/// The code of a secret in base32 at a time in seconds since the Unix epoch.
pub fn totp(secret: &str, secs: i64) -> String {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    totp.generate(secs.try_into().unwrap()).to_string()
}

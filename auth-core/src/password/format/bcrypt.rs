//! bcrypt, as passlib, PHP and Django write it.

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// The usual cost is 12, about 0.2 seconds; each step doubles it.
const COSTS: std::ops::RangeInclusive<u32> = 4..=16;

/// bcrypt ignores further bytes: passwords with the same first 72 bytes have the same hash.
const MAX_BYTES: usize = 72;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::password) struct Bcrypt {
    cost: u32,
}

/// What of a password is hashed.
#[derive(Clone, Copy)]
enum Input<'a> {
    /// The password, of which bcrypt ignores all beyond 72 bytes.
    Password,
    /// Its SHA-256 in hexadecimal: Django's `bcrypt_sha256`.
    Hex,
    /// Its SHA-256 in Base64: the first version of passlib's `bcrypt_sha256`.
    Base64,
    /// Its HMAC-SHA-256 by the salt's text, in Base64: the second version.
    Hmac(&'a str),
}

/// A stored hash.
struct Stored<'a> {
    input: Input<'a>,
    cost: u32,
    /// `$2b$12$..`.
    text: Cow<'a, str>,
}

/// `None` if the text is no bcrypt hash.
fn parse(stored: &str) -> Option<Stored<'_>> {
    if let Some(rest) = stored.strip_prefix("$bcrypt-sha256$") {
        return passlib(rest);
    }
    let (input, text) = match stored.strip_prefix("bcrypt_sha256$") {
        Some(text) => (Input::Hex, text),
        None => (Input::Password, stored.strip_prefix("bcrypt$").unwrap_or(stored)),
    };
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|prefix| text.strip_prefix(prefix))?;
    let cost = rest.split('$').next()?.parse().ok()?;
    Some(Stored { input, cost, text: text.into() })
}

/// `2a,12$salt$hash`, and from version 2 on `v=2,t=2b,r=12$salt$hash`.
fn passlib(rest: &str) -> Option<Stored<'_>> {
    let fields: Vec<_> = rest.split('$').collect();
    let [parameters, salt, hash] = *fields else { return None };
    let (input, kind, cost) = match *parameters.split(',').collect::<Vec<_>>() {
        [kind, cost] => (Input::Base64, kind, cost),
        ["v=2", kind, cost] => (Input::Hmac(salt), kind.strip_prefix("t=")?, cost.strip_prefix("r=")?),
        _ => return None,
    };
    let cost = cost.parse().ok()?;
    let is_bcrypt = ["2a", "2b"].contains(&kind) && salt.len() == 22 && hash.len() == 31;
    is_bcrypt.then(|| Stored { input, cost, text: format!("${kind}${cost:02}${salt}{hash}").into() })
}

impl Bcrypt {
    pub(super) fn of(stored: &str) -> Option<Self> {
        parse(stored).filter(|stored| COSTS.contains(&stored.cost)).map(|stored| Self { cost: stored.cost })
    }

    pub(super) fn verify(password: &[u8], stored: &str) -> Option<bool> {
        let Stored { input, text, .. } = parse(stored)?;
        let input = match input {
            Input::Password => {
                let matches = ::bcrypt::verify(password, &text).ok()?;
                if matches && password.len() > MAX_BYTES {
                    tracing::info!(
                        target: "auth",
                        "refused a password over {MAX_BYTES} bytes: bcrypt truncates it; the user must set a new password"
                    );
                    return Some(false);
                }
                return Some(matches);
            }
            Input::Hex => hex::encode(digest(&SHA256, password)),
            Input::Base64 => BASE64_STANDARD.encode(digest(&SHA256, password)),
            Input::Hmac(salt) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, salt.as_bytes());
                BASE64_STANDARD.encode(hmac::sign(&key, password))
            }
        };
        ::bcrypt::verify(input, &text).ok()
    }

    pub(super) fn sample(self) -> String {
        // The digit `.` is zero: 22 of the salt, 31 of the output.
        format!("$2b${:02}${:.<53}", self.cost, "")
    }
}

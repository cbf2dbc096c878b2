//! The range API of Pwned Passwords, which learns five digits of a password's hash.

use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::digest;
use reqwest::{Client, Response, StatusCode, Url, header, redirect};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::breach::{BreachCheck, BreachCheckError};

const ADDRESS: &str = "https://api.pwnedpasswords.com";

/// The digits of the hash that the server learns: about a thousand breached passwords begin with the same.
const PREFIX: usize = 5;

/// A padded answer has about 1,000 lines of 40 bytes.
const MAX_BODY_BYTES: usize = 256 * 1024;

const TIMEOUT: Duration = Duration::from_secs(3);

/// The passwords of [Pwned Passwords](https://haveibeenpwned.com/API/v3#PwnedPasswords), by its range API. The server receives
/// the first five hexadecimal digits of the password's SHA-1, so it does not learn the password (k-anonymity), and pads its
/// answers, so that their length does not tell the digits. A proxy of the environment (`HTTPS_PROXY`) is used.
///
/// ```
/// use auth_core::password::PwnedPasswords;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = auth_core::testing::in_memory().breach_check(PwnedPasswords::new()?).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "it has no effect until `AuthBuilder::breach_check` takes it"]
pub struct PwnedPasswords {
    client: Client,
    address: Url,
    min_count: u64,
}

/// Why an answer tells nothing.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("the server responded with {0}")]
    Status(StatusCode),
    #[error("the server responded with more than {MAX_BODY_BYTES} bytes")]
    TooLarge,
    #[error("the server responded with a line that is no hash and count")]
    Line,
}

impl PwnedPasswords {
    /// The public server, `https://api.pwnedpasswords.com`, with a time limit of 3 seconds.
    ///
    /// # Errors
    ///
    /// [`BreachCheckError`] when TLS cannot be set up on this system.
    pub fn new() -> Result<Self, BreachCheckError> {
        Self::at(ADDRESS)
    }

    /// A mirror of its range API, such as `https://hashes.internal`: it answers `/range/{prefix}`. Over plain HTTP a party on the
    /// way can hide that a password is breached.
    ///
    /// # Errors
    ///
    /// [`BreachCheckError`] when `url` is not an http or https URL, and as [`new`](Self::new).
    pub fn at(url: &str) -> Result<Self, BreachCheckError> {
        let address: Url = url.parse().map_err(BreachCheckError::new)?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(BreachCheckError::new("the address is not an http or https URL"));
        }
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("auth-core/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { client: client.map_err(BreachCheckError::new)?, address, min_count: 1 })
    }

    /// Refuses only passwords that were seen at least this often; 1 by default, and 0 counts as 1.
    pub fn min_count(mut self, count: u64) -> Self {
        self.min_count = count.max(1);
        self
    }

    async fn range(&self, prefix: &str) -> Result<Vec<u8>, BreachCheckError> {
        let mut url = self.address.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["range", prefix]);
        }
        // The URL, which has digits of the hash, is not logged.
        let failed = |error: reqwest::Error| BreachCheckError::new(error.without_url());
        let request = self.client.get(url).header("add-padding", "true").header(header::ACCEPT, "text/plain");
        let response = request.send().await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            return Err(BreachCheckError::new(Unusable::Status(response.status())));
        }
        body(response).await
    }
}

async fn body(mut response: Response) -> Result<Vec<u8>, BreachCheckError> {
    let failed = |error: reqwest::Error| BreachCheckError::new(error.without_url());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(BreachCheckError::new(Unusable::TooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[async_trait]
impl BreachCheck for PwnedPasswords {
    async fn is_breached(&self, password: &SecretString) -> Result<bool, BreachCheckError> {
        let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, password.expose_secret().as_bytes());
        let hash = Zeroizing::new(hex::encode_upper(sha1));
        let (prefix, rest) = hash.split_at(PREFIX);
        let count = count_of(&self.range(prefix).await?, rest).map_err(BreachCheckError::new)?;
        Ok(count >= self.min_count)
    }
}

/// How often a hash was seen; lines that pad the answer say 0.
fn count_of(body: &[u8], rest: &str) -> Result<u64, Unusable> {
    let text = str::from_utf8(body).map_err(|_| Unusable::Line)?;
    let mut found = 0;
    for line in text.lines() {
        let (hash, count) = line.split_once(':').ok_or(Unusable::Line)?;
        let count: u64 = count.trim().parse().map_err(|_| Unusable::Line)?;
        if hash.eq_ignore_ascii_case(rest) {
            found = found.max(count);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_a_count_for_each_hash_or_tells_nothing() {
        let rest = "1E4C9B93F3F0682250B6CF8331B7EE68FD8"; // of `password`
        let count = |body: &str| count_of(body.as_bytes(), rest).ok();
        assert_eq!(count(""), Some(0));
        assert_eq!(count(&format!("0018A45C4D1DEF81644B54AB7F969B88D65:3\r\n{rest}:10437277\r\n")), Some(10_437_277));
        assert_eq!(count(&format!("{rest}:0\n")), Some(0), "padding");
        assert_eq!(count(&format!("{}:2", rest.to_lowercase())), Some(2));
        for body in ["<html>", "1E4C9B93F3F0682250B6CF8331B7EE68FD8", ":", "1E4C9B93F3F0682250B6CF8331B7EE68FD8:many"] {
            assert_eq!(count(body), None, "{body}");
        }
        assert!(count_of(&[0xFF], rest).is_err());
    }
}

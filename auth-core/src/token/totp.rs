//! Codes by time (TOTP, RFC 6238): SHA-1, 6 digits, steps of 30 seconds, as every authenticator application supports.

use aws_lc_rs::rand;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use totp_rs::{Builder, Secret, Totp};

use super::TokenError;
use crate::base::Timestamp;

/// 160 bits, as RFC 4226 section 4 recommends.
const SECRET_BYTES: usize = 20;

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The secret of a subject's authenticator.
pub(crate) struct TotpSecret(Zeroizing<[u8; SECRET_BYTES]>);

impl TotpSecret {
    pub(crate) fn random() -> Result<Self, TokenError> {
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        rand::fill(&mut *secret).map_err(|_| TokenError::Malformed)?;
        Ok(Self(secret))
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, TokenError> {
        bytes.try_into().map(|bytes| Self(Zeroizing::new(bytes))).map_err(|_| TokenError::Malformed)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &*self.0
    }

    /// The secret in base32, to type it in.
    pub(crate) fn to_base32(&self) -> SecretString {
        Secret::new_stack(*self.0).to_base32().into()
    }

    /// The URI of a QR code: `otpauth://totp/ISSUER:ACCOUNT?secret=..&issuer=ISSUER`. Its label has no other colon.
    pub(crate) fn to_uri(&self, issuer: &str, account: &str) -> SecretString {
        let (issuer, account) = (issuer.replace(':', " "), account.replace(':', " "));
        let (issuer, account) = (utf8_percent_encode(&issuer, RESERVED), utf8_percent_encode(&account, RESERVED));
        let secret = Zeroizing::new(Secret::new_stack(*self.0).to_base32());
        format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", *secret).into()
    }

    /// The time step of a code: the present one, or one before or after it for clocks that differ and slow fingers (RFC 6238
    /// section 5.2).
    pub(crate) fn step_of(&self, code: &str, now: Timestamp) -> Result<Option<u64>, TokenError> {
        let Ok(now) = u64::try_from(now.as_secs()) else { return Ok(None) };
        Ok(self.totp()?.check(code, now))
    }

    fn totp(&self) -> Result<Totp, TokenError> {
        let builder = Builder::new().with_secret(Secret::new_stack(*self.0)).with_skew(1);
        builder.build().map_err(|_| TokenError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    /// RFC 6238 appendix B, the last six digits of the SHA-1 rows.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        for (secs, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = u64::try_from(secs / 30).unwrap();
            for (offset, expected) in [(-30, Some(step)), (0, Some(step)), (30, Some(step)), (-60, None), (60, None)] {
                let now = Timestamp::from_secs(secs + offset);
                assert_eq!(secret.step_of(code, now).unwrap(), expected, "{code} {offset} seconds off");
            }
        }
        for malformed in ["", "28708", "2870820", "28708x", "+28708", " 28708", "\u{0662}87082"] {
            assert_eq!(secret.step_of(malformed, Timestamp::from_secs(59)).unwrap(), None, "{malformed}");
        }
    }

    #[test]
    fn a_uri_has_one_colon_in_its_label() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        let uri = secret.to_uri("https://api.example.com", "ada+1@example.com");
        let base32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        let expected = format!(
            "otpauth://totp/https%20%2F%2Fapi.example.com:ada%2B1%40example.com?secret={base32}&issuer=https%20%2F%2Fapi.example.com"
        );
        assert_eq!(uri.expose_secret(), expected);
        assert_eq!(secret.to_base32().expose_secret(), base32);
    }
}

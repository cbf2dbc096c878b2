//! Unverified credentials of a client (RFC 6749 section 2.3).

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret, SecretString};

use super::form::{self, OAuthForm};
use crate::service::oauth::{ClientCredentials, OAuthError};

impl ClientCredentials {
    /// Reads them from the header or the form; using both is an error (RFC 6749 section 2.3).
    pub(crate) fn read(headers: &HeaderMap, form: &OAuthForm) -> Result<Self, OAuthError> {
        let posted = Self { id: form.text("client_id")?, secret: form.secret("client_secret")? };
        let Some(basic) = Self::basic(headers)? else { return Ok(posted) };
        if posted.secret.is_some() {
            return Err(OAuthError::invalid_request("the client authenticates by header and by form; use one"));
        }
        // Some libraries repeat the id in the form. Two different ids are ambiguous.
        if basic.id.is_some() && posted.id.is_some() && posted.id != basic.id {
            return Err(OAuthError::invalid_request("client_id differs from that of the Authorization header"));
        }
        Ok(Self { id: basic.id.or(posted.id), secret: basic.secret })
    }

    /// The credentials in an `Authorization` header with the scheme `Basic`, in which id and secret are form-encoded
    /// (RFC 6749 section 2.3.1). An access token in the header is not a credential of a client and is ignored.
    fn basic(headers: &HeaderMap) -> Result<Option<Self>, OAuthError> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(OAuthError::invalid_request("there is more than one Authorization header"));
        }
        let value = value.to_str().map_err(|_| OAuthError::invalid_client())?;
        let (scheme, encoded) = value.split_once(' ').unwrap_or((value, ""));
        if scheme.eq_ignore_ascii_case("Bearer") || scheme.eq_ignore_ascii_case("DPoP") {
            return Ok(None);
        }
        if !scheme.eq_ignore_ascii_case("Basic") {
            return Err(OAuthError::invalid_client());
        }
        Self::decode(encoded.trim_matches(' ')).map(Some).ok_or(OAuthError::invalid_client())
    }

    fn decode(encoded: &str) -> Option<Self> {
        let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
        let decoded = SecretString::from(decoded);
        let (id, secret) = decoded.expose_secret().split_once(':')?;
        let (id, secret) = (form::decode(id)?, form::decode(secret)?);
        // Empty is absent: an empty form, such as Swagger UI's, sends `:`.
        let present = |text: String| if text.is_empty() { None } else { Some(text) };
        Some(Self { id: present(id), secret: present(secret).map(SecretString::from) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Id and secret, separated by a line end, which neither can contain here.
    fn decoded(plain: &[u8]) -> Option<String> {
        let credentials = ClientCredentials::decode(&BASE64_STANDARD.encode(plain))?;
        let secret = credentials.secret.map(|secret| secret.expose_secret().to_owned());
        Some(format!("{}\n{}", credentials.id.unwrap_or_default(), secret.unwrap_or_default()))
    }

    #[test]
    fn id_and_secret_are_split_before_form_decoding() {
        assert_eq!(decoded(b"app:s%3Acr%25t+%2B").as_deref(), Some("app\ns:cr%t +"));
        assert_eq!(decoded(b"https%3A%2F%2Fapp.example:s:t").as_deref(), Some("https://app.example\ns:t"));
    }

    #[test]
    fn empty_values_and_malformed_headers_are_absent() {
        assert_eq!(decoded(b":").as_deref(), Some("\n"));
        assert_eq!(decoded(b"app:").as_deref(), Some("app\n"));
        assert_eq!(decoded(b"app"), None);
        assert_eq!(decoded(b"app:\xFF"), None);
        assert_eq!(decoded(b"app:%FF"), None);
        assert!(ClientCredentials::decode("not base64").is_none());
    }
}

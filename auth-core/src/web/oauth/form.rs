//! The body of a request to an OAuth endpoint (RFC 6749 appendix B).

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};

use crate::service::oauth::OAuthError;
use crate::web::http::{FORM, is_of_type, within_limit};

/// The parameters in the body of an OAuth request. Unknown ones are ignored, an empty value counts as absent, and a doubled
/// one is an error when it is read (RFC 6749 section 3.2). Parameters in the URL are ignored.
pub(crate) struct OAuthForm(Vec<(String, SecretString)>);

impl OAuthForm {
    /// The value of a parameter that is not secret.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, OAuthError> {
        Ok(self.get(name)?.map(|value| value.expose_secret().to_owned()))
    }

    /// The value of a parameter.
    pub(crate) fn secret(&self, name: &str) -> Result<Option<SecretString>, OAuthError> {
        Ok(self.get(name)?.cloned())
    }

    fn get(&self, name: &str) -> Result<Option<&SecretString>, OAuthError> {
        let mut values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
        let first = values.next();
        if values.next().is_some() {
            return Err(OAuthError::invalid_request("a parameter is there more than once"));
        }
        Ok(first.filter(|value| !value.expose_secret().is_empty()))
    }

    fn parse(body: &[u8]) -> Option<Self> {
        let body = std::str::from_utf8(body).ok()?;
        let pairs = body.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, SecretString::from(decode(value)?)))
        });
        pairs.collect::<Option<_>>().map(Self)
    }
}

impl<S: Send + Sync> FromRequest<S> for OAuthForm {
    type Rejection = OAuthError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OAuthError> {
        if !is_of_type(request.headers(), FORM) {
            return Err(OAuthError::invalid_request("the content type must be application/x-www-form-urlencoded"));
        }
        let unread = OAuthError::invalid_request("the body is too large or was cut off");
        let request = within_limit(request).ok_or(unread)?;
        let body = Bytes::from_request(request, state).await.map_err(|_| unread)?;
        Self::parse(&body).ok_or(OAuthError::invalid_request("the body is not UTF-8"))
    }
}

/// Undoes form encoding: `+` is a space, `%41` a byte; a `%` without two hex digits is kept (WHATWG URL). `None` when
/// the bytes are not UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_encoding_is_undone_once() {
        assert_eq!(decode("a+b%2Bc%26%3d%25%34%31").as_deref(), Some("a b+c&=%41"));
        assert_eq!(decode("100%").as_deref(), Some("100%"));
        assert_eq!(decode("%zz%4").as_deref(), Some("%zz%4"));
        assert_eq!(decode("%F0%9F%A6%80").as_deref(), Some("\u{1F980}"));
        assert_eq!(decode("%F0%9F"), None);
    }

    #[test]
    fn an_empty_value_is_none_and_a_doubled_name_is_refused() {
        let form = OAuthForm::parse(b"scope=&a=1&&%61=2&b").unwrap();
        assert_eq!(form.text("scope"), Ok(None));
        assert_eq!(form.text("b"), Ok(None));
        assert_eq!(form.text("unknown"), Ok(None));
        assert!(form.text("a").is_err());
        assert!(OAuthForm::parse(b"scope=&scope=a").unwrap().text("scope").is_err());
        assert!(OAuthForm::parse(b"a=\xFF").is_none());
    }
}

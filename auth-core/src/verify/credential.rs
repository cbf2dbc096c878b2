//! The credentials of a request, before anything is known about them.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::token::ApiKey;

const API_KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// What a request presents of one kind.
#[derive(Clone, Copy)]
pub(crate) enum Presented<'a> {
    Nothing,
    Text(&'a str),
    /// A header is there but cannot be a credential.
    Unreadable,
    Twice,
}

/// How an access token is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// RFC 6750 section 2.1.
    Bearer,
    /// RFC 9449 section 7.1.
    Dpop,
}

/// The access token: the `Authorization` header's, unless that is an API key. A token of the scheme `DPoP` is one also
/// where that is off: it is then refused, and not taken for none.
pub(crate) fn access_token(headers: &HeaderMap) -> (Scheme, Presented<'_>) {
    match authorization(headers) {
        Authorization::AccessToken(scheme, text) => (scheme, text),
        Authorization::Twice => (Scheme::Bearer, Presented::Twice),
        Authorization::Foreign | Authorization::ApiKey(_) => (Scheme::Bearer, Presented::Nothing),
    }
}

/// The API key: of the header `X-API-Key`, of the `Authorization` header with the scheme `ApiKey`, or a bearer
/// credential that is recognisably one. Two of them are two, even if they are the same.
pub(crate) fn api_key(headers: &HeaderMap) -> Presented<'_> {
    let in_header = match only(headers, &API_KEY_HEADER) {
        Ok(None) => Presented::Nothing,
        Ok(Some(value)) => value.to_str().map_or(Presented::Unreadable, Presented::Text),
        Err(Twice) => Presented::Twice,
    };
    match (authorization(headers), in_header) {
        (Authorization::ApiKey(key), Presented::Nothing) => key,
        // Of two `Authorization` headers either could hold the key.
        (Authorization::ApiKey(_) | Authorization::Twice, _) => Presented::Twice,
        (Authorization::Foreign | Authorization::AccessToken(..), key) => key,
    }
}

/// Whether there is a credential at all, of any kind that this crate knows.
pub(crate) fn is_any(headers: &HeaderMap) -> bool {
    headers.contains_key(API_KEY_HEADER) || !matches!(authorization(headers), Authorization::Foreign)
}

/// Whether an `Authorization` header is of the scheme `Basic`, which is a client's and no caller's.
pub(crate) fn is_basic(headers: &HeaderMap) -> bool {
    headers.get_all(header::AUTHORIZATION).iter().any(|value| {
        let scheme = value.as_bytes().split(|byte| *byte == b' ').next().unwrap_or_default();
        scheme.eq_ignore_ascii_case(b"Basic")
    })
}

/// What the `Authorization` header holds.
enum Authorization<'a> {
    /// Nothing, or a scheme that is somebody else's.
    Foreign,
    AccessToken(Scheme, Presented<'a>),
    ApiKey(Presented<'a>),
    Twice,
}

fn authorization(headers: &HeaderMap) -> Authorization<'_> {
    let value = match only(headers, &header::AUTHORIZATION) {
        Ok(None) => return Authorization::Foreign,
        Ok(Some(value)) => value.as_bytes(),
        Err(Twice) => return Authorization::Twice,
    };
    let (scheme, rest) = match value.iter().position(|byte| *byte == b' ') {
        Some(space) => value.split_at(space),
        None => (value, &b""[..]),
    };
    let credential = std::str::from_utf8(rest.trim_ascii_start()).map_or(Presented::Unreadable, Presented::Text);
    // Schemes are written in any case (RFC 9110 section 11.1).
    if scheme.eq_ignore_ascii_case(b"ApiKey") {
        Authorization::ApiKey(credential)
    } else if scheme.eq_ignore_ascii_case(b"Bearer") {
        match credential {
            Presented::Text(text) if ApiKey::is_one(text) => Authorization::ApiKey(credential),
            _ => Authorization::AccessToken(Scheme::Bearer, credential),
        }
    } else if scheme.eq_ignore_ascii_case(b"DPoP") {
        Authorization::AccessToken(Scheme::Dpop, credential)
    } else {
        Authorization::Foreign
    }
}

struct Twice;

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Twice> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() { Err(Twice) } else { Ok(first) }
}

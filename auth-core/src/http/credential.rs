//! The credentials of a request, before anything is known about them.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::api_key::ApiKey;

pub(crate) const API_KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// What a request presents. `Err` where a header is there but cannot be a credential.
#[derive(Clone, Copy)]
pub(crate) enum Presented<'a> {
    Nothing,
    Text(&'a str),
    Unreadable,
    Twice,
}

/// The access token: the `Authorization` header's, of scheme `Bearer` (RFC 6750 section 2.1, the scheme in any case),
/// unless it is an API key.
pub(crate) fn access_token(headers: &HeaderMap) -> Presented<'_> {
    match bearer(headers) {
        Presented::Text(text) if ApiKey::is_one(text) => Presented::Nothing,
        presented => presented,
    }
}

/// The API key: of the header `X-API-Key`, or a bearer credential that is recognisably one. Both together are two.
pub(crate) fn api_key(headers: &HeaderMap) -> Presented<'_> {
    let in_bearer = match bearer(headers) {
        Presented::Text(text) if ApiKey::is_one(text) => Presented::Text(text),
        _ => Presented::Nothing,
    };
    let in_header = match only(headers, &API_KEY_HEADER) {
        Ok(None) => Presented::Nothing,
        Ok(Some(value)) => value.to_str().map_or(Presented::Unreadable, Presented::Text),
        Err(Twice) => Presented::Twice,
    };
    match (in_bearer, in_header) {
        (Presented::Nothing, key) | (key, Presented::Nothing) => key,
        _ => Presented::Twice,
    }
}

fn bearer(headers: &HeaderMap) -> Presented<'_> {
    let value = match only(headers, &header::AUTHORIZATION) {
        Ok(None) => return Presented::Nothing,
        Ok(Some(value)) => value.as_bytes(),
        Err(Twice) => return Presented::Twice,
    };
    let (scheme, rest) = match value.iter().position(|byte| *byte == b' ') {
        Some(space) => value.split_at(space),
        None => (value, &b""[..]),
    };
    if !scheme.eq_ignore_ascii_case(b"Bearer") {
        return Presented::Nothing;
    }
    match std::str::from_utf8(rest.trim_ascii_start()) {
        Ok(text) => Presented::Text(text),
        Err(_) => Presented::Unreadable,
    }
}

struct Twice;

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Twice> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() { Err(Twice) } else { Ok(first) }
}

/// Any bearer credential or API key at all.
pub(crate) fn any(headers: &HeaderMap) -> Presented<'_> {
    match bearer(headers) {
        Presented::Nothing => api_key(headers),
        presented => presented,
    }
}

//! The `Host` of a request (RFC 9112 section 3.2).

use std::net::Ipv6Addr;

use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, Version, header};

use crate::web::BodyError;

/// Refuses a request of HTTP/1.1 without `Host`, and any request with several or an invalid one: a proxy in front may have
/// taken another one for its target.
pub(super) fn check<B>(request: &Request<B>) -> Result<(), BodyError> {
    let is_valid = match hosts(request.headers()) {
        (None, _) => request.version() < Version::HTTP_11,
        (Some(host), 1) => is_host(host),
        _ => false,
    };
    let detail = "An HTTP/1.1 request has one `Host` header, with a host and perhaps a port.";
    if is_valid { Ok(()) } else { Err(BodyError::new(StatusCode::BAD_REQUEST, detail)) }
}

/// The first value and the number of values.
fn hosts(headers: &HeaderMap) -> (Option<&[u8]>, usize) {
    let values = headers.get_all(header::HOST);
    (values.iter().next().map(HeaderValue::as_bytes), values.iter().count())
}

/// `uri-host [ ":" port ]` (RFC 3986 section 3.2), which may be empty.
fn is_host(value: &[u8]) -> bool {
    let Ok(value) = str::from_utf8(value) else { return false };
    let (is_name, port) = match value.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((address, port))) => (address.parse::<Ipv6Addr>().is_ok(), port),
        Some(None) => return false,
        None => {
            let end = value.find(':').unwrap_or(value.len());
            (is_registered_name(&value[..end]), &value[end..])
        }
    };
    let is_port = port.strip_prefix(':').map_or(port.is_empty(), |port| port.bytes().all(|byte| byte.is_ascii_digit()));
    is_name && is_port
}

fn is_registered_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte);
    let mut parts = name.split('%');
    let is_encoded = |part: &str| {
        part.len() >= 2
            && part.is_char_boundary(2)
            && part[..2].bytes().all(|byte| byte.is_ascii_hexdigit())
            && part[2..].bytes().all(is_plain)
    };
    parts.next().is_some_and(|part| part.bytes().all(is_plain)) && parts.all(is_encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9112_s3_2_a_host_is_a_name_or_address_and_perhaps_a_port() {
        for valid in ["", "a", "example.com:443", "127.0.0.1:3000", "[::1]", "[::1]:80", "a:", "caf%C3%A9.example"] {
            assert!(is_host(valid.as_bytes()), "{valid}");
        }
        let invalid =
            ["a b", "user@a", "a/b", "a:80:81", "a:x", "[::1", "[x]", "::1", "a%4", "a?b", "a,b c", "caf\u{e9}"];
        for invalid in invalid {
            assert!(!is_host(invalid.as_bytes()), "{invalid}");
        }
    }
}

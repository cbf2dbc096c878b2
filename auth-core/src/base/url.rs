//! URLs of services.

use std::net::Ipv6Addr;

use iri_string::types::UriStr;

/// Whether this is the `http` or `https` URL of a service: a host, perhaps a port and a path, without user information, query
/// and fragment (RFC 8414 section 2).
pub(crate) fn is_service_url(text: &str) -> bool {
    let Ok(url) = UriStr::new(text) else { return false };
    let Some(authority) = url.authority_components() else { return false };
    matches!(url.scheme_str(), "http" | "https")
        && !text.contains(['?', '#'])
        && authority.userinfo().is_none()
        && is_host(authority.host())
        && authority.port().is_none_or(is_port)
}

/// Whether this is the name or the address of a host. A name of other characters than those of ASCII has an ASCII form.
pub(crate) fn is_host(host: &str) -> bool {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        None => !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)),
    }
}

pub(crate) fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc8414_s2_a_service_has_a_url_without_query_and_fragment() {
        for url in [
            "https://api.example.com",
            "https://api.example.com/",
            "http://127.0.0.1:3000",
            "http://[::1]:80/tenant",
            "https://issuer.example/realms/main",
            "http://auth_service:65535",
        ] {
            assert!(is_service_url(url), "{url}");
        }
        for url in [
            "https://",
            "https:///path",
            "https:api.example.com",
            "api.example.com",
            "ftp://api.example.com",
            "https://api.example.com?q",
            "https://api.example.com#f",
            "https://ada@api.example.com",
            "https://ada:hunter2@api.example.com",
            "http://[::1",
            "http://[::g]",
            "http://[v1.a]",
            "https://api.example.com:",
            "https://api.example.com:0",
            "https://api.example.com:99999",
            "https://api.example.com:+80",
            "https://b\u{fc}cher.example",
            "https://*.example.com",
            "https://api.example.com/<a>",
            "https://api.example.com/a b",
            "https://api.example.com/\"",
            " https://api.example.com",
            "https://api.example.com\t",
        ] {
            assert!(!is_service_url(url), "{url:?}");
        }
    }
}

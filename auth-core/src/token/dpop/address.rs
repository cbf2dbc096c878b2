//! Addresses that can be compared: by RFC 3986 section 6.2.2 and 6.2.3, without query and fragment.

use axum::http::Uri;

/// An absolute `http` or `https` URI, written so that those which are equivalent are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// Scheme, host and port, the port always there.
    origin: String,
    path: String,
}

impl Address {
    /// `None` for what is no such URI, and for one that names a user.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let uri: Uri = text.split(['?', '#']).next()?.parse().ok()?;
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let usual_port = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let authority = uri.authority()?;
        let port = match authority.as_str().strip_prefix(authority.host())? {
            "" | ":" => usual_port,
            port => port.strip_prefix(':')?.parse::<u16>().ok()?,
        };
        let host = authority.host().to_ascii_lowercase();
        Some(Self { origin: format!("{scheme}://{host}:{port}"), path: normal_path(uri.path()) })
    }

    /// What lies below this address: a prefix in front of a request's path.
    pub(crate) fn into_prefix(mut self) -> Self {
        self.path.truncate(self.path.trim_end_matches('/').len());
        self
    }

    /// The same host without any path.
    pub(crate) fn origin(self) -> Self {
        Self { path: String::new(), ..self }
    }

    /// Whether this is `path`, which is [normal](normal_path), below `prefix`.
    pub(crate) fn is_below(&self, prefix: &Self, path: &str) -> bool {
        self.origin == prefix.origin && self.path.strip_prefix(prefix.path.as_str()) == Some(path)
    }

    /// The whole of it.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }
}

/// The path with needless escapes undone, the others in upper case, and without dot segments.
pub(crate) fn normal_path(path: &str) -> String {
    without_dot_segments(&with_needed_escapes(path))
}

/// RFC 3986 section 6.2.2.1 and 6.2.2.2.
fn with_needed_escapes(path: &str) -> String {
    let mut normal = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        let (before, escape) = rest.split_at(at);
        normal.push_str(before);
        let Some(byte) = escape.get(1..3).and_then(escaped_byte) else {
            normal.push('%');
            rest = &escape[1..];
            continue;
        };
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            normal.push(char::from(byte));
        } else {
            normal.push_str(&escape[..3].to_ascii_uppercase());
        }
        rest = &escape[3..];
    }
    normal.push_str(rest);
    normal
}

fn escaped_byte(digits: &str) -> Option<u8> {
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

/// RFC 3986 section 5.2.4, for a path that begins with a slash or is empty.
fn without_dot_segments(path: &str) -> String {
    let mut kept = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => {
                kept.push(segment);
                continue;
            }
        }
        if segments.peek().is_none() {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(uri: &str) -> Option<String> {
        Address::parse(uri).map(|address| address.text())
    }

    #[test]
    fn equivalent_addresses_are_equal() {
        for (uri, normal) in [
            ("https://api.example.com/me", "https://api.example.com:443/me"),
            ("HTTPS://API.Example.COM:443/me?a=b#c", "https://api.example.com:443/me"),
            ("https://api.example.com:/me#c?d", "https://api.example.com:443/me"),
            ("http://api.example.com", "http://api.example.com:80/"),
            ("http://api.example.com?a", "http://api.example.com:80/"),
            ("http://[::1]:3000/", "http://[::1]:3000/"),
            ("https://h/%7Eada/%41%2d%c3%A9%2f", "https://h:443/~ada/A-%C3%A9%2F"),
            ("https://h/a/./b/../c/%2e%2E/d/.", "https://h:443/a/d/"),
            ("https://h/../../a/..", "https://h:443/"),
            ("https://h/a%zz%4", "https://h:443/a%zz%4"),
            ("https://h/a//b/", "https://h:443/a//b/"),
        ] {
            assert_eq!(text(uri).as_deref(), Some(normal), "{uri}");
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for uri in ["", "/me", "me", "api.example.com/me", "ftp://h/me", "https://", "https:///me", "https://u@h/me"] {
            assert_eq!(text(uri), None, "{uri}");
        }
        for uri in ["https://h:99999/", "https://h:port/", "https://h:-1/", "https://h:4 4/", "https://u:p@h/", "é"] {
            assert_eq!(text(uri), None, "{uri}");
        }
    }

    #[test]
    fn a_prefix_is_part_of_the_address() {
        let prefix = |uri| Address::parse(uri).unwrap().into_prefix();
        let address = Address::parse("https://h/api/me").unwrap();
        assert!(address.is_below(&prefix("https://h/api/"), "/me"));
        assert!(address.is_below(&prefix("https://h"), "/api/me"));
        assert!(!address.is_below(&prefix("https://h"), "/me"));
        assert!(!address.is_below(&prefix("http://h/api"), "/me"));
        assert!(!address.is_below(&prefix("https://h:444/api"), "/me"));
        assert!(!address.is_below(&prefix("https://h/ap"), "/me"));
        assert!(!address.is_below(&prefix("https://h/api"), "me"));
    }
}

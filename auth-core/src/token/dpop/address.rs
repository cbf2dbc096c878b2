//! Normalised addresses (RFC 3986 sections 6.2.2 and 6.2.3), without query and fragment.

use iri_string::format::ToDedicatedString;
use iri_string::types::UriStr;

/// An absolute `http` or `https` URI, normalised so that equivalent URIs are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// Scheme, host and port, the default port included.
    origin: String,
    path: String,
}

impl Address {
    /// Parses a URI; `None` if it is not an absolute `http` or `https` URI, or has user information.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.split(['?', '#']).next()?;
        let (_, rest) = text.split_once("://")?;
        let (origin, path) = text.split_at(rest.find('/').map_or(text.len(), |at| text.len() - rest.len() + at));
        let origin = UriStr::new(origin).ok()?.normalize().to_dedicated_string();
        let usual_port = match origin.scheme_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let authority = origin.authority_components().filter(|authority| !authority.host().is_empty())?;
        if authority.userinfo().is_some() {
            return None;
        }
        let port = match authority.port() {
            None | Some("") => usual_port,
            Some(port) => port.parse::<u16>().ok()?,
        };
        let origin = format!("{}://{}:{port}", origin.scheme_str(), authority.host());
        Some(Self { origin, path: normal_path(path) })
    }

    /// Converts to a prefix of request paths, by removing trailing slashes.
    pub(crate) fn into_prefix(mut self) -> Self {
        self.path.truncate(self.path.trim_end_matches('/').len());
        self
    }

    /// Removes the path.
    pub(crate) fn origin(self) -> Self {
        Self { path: String::new(), ..self }
    }

    /// Whether this is the [normalised](normal_path) `path` below `prefix`.
    pub(crate) fn is_below(&self, prefix: &Self, path: &str) -> bool {
        self.origin == prefix.origin && self.path.strip_prefix(prefix.path.as_str()) == Some(path)
    }

    /// The address as text.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }
}

/// Normalises a path: decodes needless escapes, writes others in upper case and removes dot segments. A path outside
/// the grammar, which a request may have, stays unchanged, so it equals only itself.
pub(crate) fn normal_path(path: &str) -> String {
    match path {
        "" => "/".to_owned(),
        // With an authority in front: the grammar has no URI that is a `path-abempty` alone.
        _ if path.starts_with('/') => UriStr::new(&format!("http://h{path}"))
            .map_or_else(|_| path.to_owned(), |uri| uri.normalize().to_dedicated_string().path_str().to_owned()),
        _ => path.to_owned(),
    }
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
            ("https://h/{a}/%7e/.", "https://h:443/{a}/%7e/."),
        ] {
            assert_eq!(text(uri).as_deref(), Some(normal), "{uri}");
        }
    }

    #[test]
    fn invalid_addresses_are_refused() {
        let paths =
            ["", "/me", "me", "api.example.com/me", "ftp://h/me", "https://", "https:///me", "https://u@h/me", "é"];
        let ports =
            ["https://h:99999/", "https://h:port/", "https://h:-1/", "https://h:4 4/", "https://u:p@h/", "https:\\\\h"];
        for uri in paths.into_iter().chain(ports) {
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

//! Cross-site request forgery: browsers send a cookie with requests of other sites' pages as well.
//!
//! A request that may change something is taken with a cookie only when the browser says that a page of the service sent it
//! (`Sec-Fetch-Site`, then `Origin`), or, from a client that sends neither header, with a token that only pages of the
//! service can read.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

use super::source::{Several, only};
use super::{AccessError, Head, Origin, Verifier};
use crate::base::SessionId;
use crate::event::EventKind;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// Why a request does not come from a page of the service. For events; the response is the same for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CrossSite {
    #[error("`Sec-Fetch-Site` names another site or origin")]
    FetchSite,
    #[error("`Origin` is not an origin of this service")]
    Origin,
    #[error("a header about the sender is there twice")]
    Duplicate,
    #[error("neither `Sec-Fetch-Site` nor `Origin` is there, and no valid `X-CSRF-Token`")]
    Unknown,
}

/// The sender of a request, by the headers that pages cannot set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A page of the service, or the user.
    Own,
    Other(CrossSite),
    /// A client that sends neither header.
    Unknown,
}

/// Whose pages may send cookies.
pub(crate) struct SiteCheck {
    origins: Vec<Box<str>>,
    same_site: bool,
    key: Option<hmac::Key>,
}

impl SiteCheck {
    pub(super) fn new(origins: Vec<Box<str>>, same_site: bool, secret: Option<&[u8]>) -> Self {
        // Another key for each use of the secret.
        let derive = |secret| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), b"auth-core csrf");
        let key = secret.map(|secret| hmac::Key::new(hmac::HMAC_SHA256, derive(secret).as_ref()));
        Self { origins, same_site, key }
    }

    /// Who sent a request. Every request that only reads counts as the service's own: its answer is for the browser, which
    /// does not show it to other sites.
    fn sender(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Sender {
        // A page of any site opens WebSockets, and reads them.
        let only_reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
        if only_reads && !headers.contains_key(header::UPGRADE) {
            return Sender::Own;
        }
        let (Ok(site), Ok(origin)) = (only(headers, &SEC_FETCH_SITE), only(headers, &header::ORIGIN)) else {
            return Sender::Other(CrossSite::Duplicate);
        };
        if origin.is_some_and(|origin| self.origins.iter().any(|own| own.as_bytes() == origin.as_bytes())) {
            return Sender::Own;
        }
        match (site.map(HeaderValue::as_bytes), origin) {
            (Some(b"same-origin" | b"none"), _) => Sender::Own,
            (Some(b"same-site"), _) if self.same_site => Sender::Own,
            (Some(_), _) => Sender::Other(CrossSite::FetchSite),
            (None, Some(origin)) if is_host(origin, uri, headers) => Sender::Own,
            (None, Some(_)) => Sender::Other(CrossSite::Origin),
            (None, None) => Sender::Unknown,
        }
    }

    /// The token of a session for requests without both headers; `None` where no secret can make one.
    pub(crate) fn token(&self, session: &SessionId) -> Option<String> {
        let tag = hmac::sign(self.key.as_ref()?, session.as_str().as_bytes());
        Some(BASE64_URL_SAFE_NO_PAD.encode(tag))
    }

    fn has_token(&self, headers: &HeaderMap, session: &SessionId) -> bool {
        let (Some(key), Ok(Some(sent))) = (&self.key, only(headers, &CSRF_TOKEN)) else { return false };
        let tag = BASE64_URL_SAFE_NO_PAD.decode(sent.as_bytes());
        tag.is_ok_and(|tag| hmac::verify(key, session.as_str().as_bytes(), &tag).is_ok())
    }
}

/// Whether the host and port of `Origin` are those that the request was sent to. Not the scheme: behind a proxy that ends TLS
/// it is unknown.
fn is_host(origin: &HeaderValue, uri: &Uri, headers: &HeaderMap) -> bool {
    // HTTP/2 has the host in the URI.
    let host = match only(headers, &header::HOST) {
        Ok(Some(host)) => host.to_str().ok(),
        Ok(None) => uri.authority().map(http::uri::Authority::as_str),
        Err(Several) => None,
    };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    origin.zip(host).is_some_and(|((_, origin), host)| !host.is_empty() && origin.eq_ignore_ascii_case(host))
}

impl Verifier {
    pub(crate) fn sender(&self, head: &Head<'_>) -> Sender {
        self.browser.check.sender(&head.parts.method, head.uri(), head.headers())
    }

    pub(super) fn has_csrf_token(&self, head: &Head<'_>, session: Option<&SessionId>) -> bool {
        session.is_some_and(|session| self.browser.check.has_token(head.headers(), session))
    }

    /// Records why a request is refused, and returns the refusal.
    pub(crate) fn cross_site(&self, origin: &dyn Origin, reason: CrossSite) -> AccessError {
        if self.events.wants(EventKind::CROSS_SITE_REFUSED) {
            let kind = EventKind::CrossSiteRefused { reason: reason.to_string() };
            self.events.send(&origin.context(), self.now(), kind);
        }
        AccessError::CrossSite
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER_SITE: Sender = Sender::Other(CrossSite::FetchSite);
    const OTHER_ORIGIN: Sender = Sender::Other(CrossSite::Origin);

    fn sender(check: &SiteCheck, method: &str, sent: &[(&'static str, &'static str)]) -> Sender {
        let mut headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("app.example:8443"))]);
        for (name, value) in sent {
            headers.append(*name, HeaderValue::from_static(value));
        }
        check.sender(&method.parse().unwrap(), &Uri::from_static("/path"), &headers)
    }

    #[test]
    fn a_request_that_may_change_something_must_come_from_a_page_of_the_service() {
        let strict = SiteCheck::new(Vec::new(), false, None);
        for (sent, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], Sender::Own),
            (&[("sec-fetch-site", "none")], Sender::Own),
            (&[("sec-fetch-site", "same-site")], OTHER_SITE),
            (&[("sec-fetch-site", "cross-site")], OTHER_SITE),
            (&[("sec-fetch-site", "")], OTHER_SITE),
            (&[("sec-fetch-site", "Same-Origin")], OTHER_SITE),
            // The browser's word about the site goes before that about the origin.
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://app.example:8443")], OTHER_SITE),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none")], Sender::Other(CrossSite::Duplicate)),
            (&[("origin", "https://app.example:8443")], Sender::Own),
            (&[("origin", "http://APP.example:8443")], Sender::Own),
            (&[("origin", "https://app.example")], OTHER_ORIGIN),
            (&[("origin", "https://app.example:8443.evil.example")], OTHER_ORIGIN),
            (&[("origin", "https://evil.example")], OTHER_ORIGIN),
            (&[("origin", "null")], OTHER_ORIGIN),
            (&[("origin", "")], OTHER_ORIGIN),
            (&[("origin", "app.example:8443")], OTHER_ORIGIN),
            (&[("origin", "https://app.example:8443"), ("origin", "null")], Sender::Other(CrossSite::Duplicate)),
            (&[("referer", "https://app.example:8443/")], Sender::Unknown),
            (&[], Sender::Unknown),
        ] {
            for method in ["POST", "PUT", "PATCH", "DELETE", "CONNECT", "TRACE", "QUERY", "get"] {
                assert_eq!(sender(&strict, method, sent), expected, "{method} {sent:?}");
            }
            for method in ["GET", "HEAD", "OPTIONS"] {
                assert_eq!(sender(&strict, method, sent), Sender::Own, "{method} {sent:?}");
            }
            let upgrade = [sent, &[("upgrade", "websocket")]].concat();
            assert_eq!(sender(&strict, "GET", &upgrade), expected, "a WebSocket, {sent:?}");
        }
    }

    #[test]
    fn configured_origins_and_the_same_site_may_send_cookies() {
        let check = SiteCheck::new(vec!["https://front.example".into()], true, None);
        let front = ("origin", "https://front.example");
        assert_eq!(sender(&check, "POST", &[front]), Sender::Own);
        assert_eq!(sender(&check, "POST", &[("sec-fetch-site", "cross-site"), front]), Sender::Own);
        assert_eq!(sender(&check, "POST", &[("sec-fetch-site", "same-site")]), Sender::Own);
        assert_eq!(sender(&check, "POST", &[("sec-fetch-site", "cross-site")]), OTHER_SITE);
        assert_eq!(sender(&check, "POST", &[("origin", "http://front.example")]), OTHER_ORIGIN);
    }

    #[test]
    fn a_token_is_valid_for_its_session_and_secret_alone() {
        let check = |secret: &'static [u8]| SiteCheck::new(Vec::new(), false, Some(secret));
        let (first, second) = (SessionId::random(), SessionId::random());
        let token = check(b"secret").token(&first).unwrap();
        let has = |check: SiteCheck, token: &str, session| {
            check.has_token(&HeaderMap::from_iter([(CSRF_TOKEN, HeaderValue::from_str(token).unwrap())]), session)
        };
        assert!(has(check(b"secret"), &token, &first));
        assert!(!has(check(b"secret"), &token, &second));
        assert!(!has(check(b"another"), &token, &first));
        assert!(!has(check(b"secret"), "", &first));
        assert!(!has(SiteCheck::new(Vec::new(), false, None), &token, &first));
        assert_eq!(SiteCheck::new(Vec::new(), false, None).token(&first), None);
    }
}

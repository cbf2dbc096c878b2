//! Credential sources: the ordered places of a request that are read for credentials, once per request.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::AccessError;
use crate::token::ApiKey;

const API_KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// The kind of credential that a source carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialKind {
    /// An access token.
    AccessToken,
    /// An API key.
    ApiKey,
}

/// A place in a request that is read for a credential, in addition to the built-in ones: `Authorization` with `Bearer`,
/// `DPoP` or `ApiKey`, and the header `X-Api-Key`.
///
/// Sources are read in the order in which they were added, after the built-in ones. Two credentials of one kind in headers
/// are refused with 400. A header takes precedence over a cookie, which browsers send automatically.
///
/// ```
/// use auth_core::CredentialSource;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = auth_core::testing::in_memory()
///     .credential_source(CredentialSource::scheme("Token")) // `Authorization: Token eyJ..`
///     .credential_source(CredentialSource::cookie("__Host-access"))
///     .credential_source(CredentialSource::header("x-service-key").api_key())
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialSource {
    place: Place,
    kind: CredentialKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Scheme(Box<str>),
    Header(Box<str>),
    Cookie(Box<str>),
    /// A prefix of bearer tokens.
    Prefix(Box<str>),
}

impl CredentialSource {
    const fn new(place: Place) -> Self {
        Self { place, kind: CredentialKind::AccessToken }
    }

    /// `Authorization: SCHEME CREDENTIAL`, scheme case-insensitive (RFC 9110 section 11.1). Challenges name it.
    #[must_use]
    pub fn scheme(scheme: &str) -> Self {
        Self::new(Place::Scheme(scheme.into()))
    }

    /// The value of this header.
    #[must_use]
    pub fn header(name: &str) -> Self {
        Self::new(Place::Header(name.to_ascii_lowercase().into()))
    }

    /// The value of this cookie. Browsers send it with requests of other sites as well: with another method than `GET`,
    /// `HEAD` and `OPTIONS`, and for a WebSocket, it is taken from pages of the service alone, and refused with
    /// [`AccessError::CrossSite`](crate::AccessError::CrossSite) otherwise. [`BrowserMode`](crate::BrowserMode) has the
    /// settings.
    #[must_use]
    pub fn cookie(name: &str) -> Self {
        Self::new(Place::Cookie(name.into()))
    }

    /// A bearer token that begins with this prefix, such as `sk_live_`, which is an API key and not an access token: for
    /// [imported](crate::Auth::import_api_key) keys. The keys of this service have the prefix `ak_`.
    #[must_use]
    pub fn key_prefix(prefix: &str) -> Self {
        Self { place: Place::Prefix(prefix.into()), kind: CredentialKind::ApiKey }
    }

    /// Makes the source carry an API key instead of an access token.
    #[must_use]
    pub const fn api_key(mut self) -> Self {
        self.kind = CredentialKind::ApiKey;
        self
    }

    fn check(&self) -> Result<(), &'static str> {
        let (Place::Scheme(name) | Place::Header(name) | Place::Cookie(name) | Place::Prefix(name)) = &self.place;
        // A name is an HTTP token, the same characters as a header name (RFC 9110 section 5.6.2).
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            return Err("must name an HTTP token");
        }
        let is_one_of = |names: &[&str]| names.iter().any(|other| name.eq_ignore_ascii_case(other));
        match &self.place {
            Place::Header(_) if is_one_of(&["authorization", "cookie", "dpop"]) => {
                Err("must not be the header `Authorization`, `Cookie` or `DPoP`")
            }
            // A header that is read twice has two credentials.
            Place::Header(_) if *name.as_bytes() == *API_KEY_HEADER.as_str().as_bytes() => {
                Err("must not be the header `X-Api-Key`, which is read without it")
            }
            Place::Scheme(_) if is_one_of(&["bearer", "dpop", "apikey"]) => {
                Err("must not be the scheme `Bearer`, `DPoP` or `ApiKey`, which is read without it")
            }
            _ => Ok(()),
        }
    }

    /// Whether both are one place of a request.
    fn is_place_of(&self, other: &Self) -> bool {
        match (&self.place, &other.place) {
            (Place::Scheme(name), Place::Scheme(other)) => name.eq_ignore_ascii_case(other),
            (place, other) => place == other,
        }
    }
}

/// The scheme of the access token, which decides whether it must be bound to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Bearer,
    Dpop,
}

/// The credential of one kind as a request presents it.
#[derive(Clone, Debug, Default)]
pub(crate) enum Presented {
    #[default]
    Missing,
    /// In a header.
    Text(Scheme, Excerpt),
    /// In a cookie, which a page of another site may have made the browser send.
    Cookie(Excerpt),
    /// Not UTF-8.
    Malformed,
    /// In more than one place.
    Duplicate,
    /// The cookie is to be renewed, which failed.
    Unrenewed(AccessError),
}

/// A part of a header's value, shared with the request.
#[derive(Clone, Debug)]
pub(crate) struct Excerpt {
    value: HeaderValue,
    start: usize,
    len: usize,
}

impl Excerpt {
    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.value.as_bytes().get(self.start..self.start + self.len).unwrap_or_default();
        // It was read as text before.
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// A value of its own.
    pub(crate) fn whole(value: HeaderValue) -> Self {
        Self { start: 0, len: value.len(), value }
    }

    /// `part` of `value`, with this scheme.
    fn presented(value: &HeaderValue, part: &[u8], scheme: Scheme) -> Presented {
        Self::of(value, part).map_or(Presented::Malformed, |text| Presented::Text(scheme, text))
    }

    /// `part` of `value`; `None` if it is not UTF-8.
    fn of(value: &HeaderValue, part: &[u8]) -> Option<Self> {
        std::str::from_utf8(part).ok()?;
        let start = part.as_ptr().addr().saturating_sub(value.as_bytes().as_ptr().addr());
        Some(Self { value: value.clone(), start, len: part.len() })
    }
}

/// The unverified credentials of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials {
    pub(crate) access_token: Presented,
    pub(crate) api_key: Presented,
    /// Whether there is an `Authorization` header that no source accepts: of another scheme, or unreadable.
    pub(crate) foreign: bool,
}

impl Credentials {
    /// Whether a credential was sent that some source accepts, valid or not.
    pub(crate) const fn is_any(&self) -> bool {
        !matches!((&self.access_token, &self.api_key), (Presented::Missing, Presented::Missing))
    }

    /// Whether a credential is in a header, where pages of other sites cannot put one.
    pub(crate) const fn is_in_header(&self) -> bool {
        matches!(self.access_token, Presented::Text(..)) || matches!(self.api_key, Presented::Text(..))
    }

    const fn place(&mut self, kind: CredentialKind) -> &mut Presented {
        match kind {
            CredentialKind::AccessToken => &mut self.access_token,
            CredentialKind::ApiKey => &mut self.api_key,
        }
    }

    fn add(&mut self, kind: CredentialKind, presented: Presented) {
        let place = self.place(kind);
        *place = match (&*place, presented) {
            (_, Presented::Missing) => return,
            (Presented::Missing, presented) => presented,
            _ => Presented::Duplicate,
        };
    }

    fn add_header(&mut self, headers: &HeaderMap, name: &HeaderName, kind: CredentialKind) {
        match only(headers, name) {
            Ok(None) => {}
            Ok(Some(value)) => self.add(kind, Excerpt::presented(value, value.as_bytes(), Scheme::Bearer)),
            Err(Several) => self.add(kind, Presented::Duplicate),
        }
    }
}

/// The sources of an `Auth`.
#[derive(Debug, Default)]
pub(crate) struct CredentialSources(Vec<CredentialSource>);

impl CredentialSources {
    /// The built-in sources and `added`; an error when one of them has an invalid or reserved name, or is there twice.
    pub(crate) fn new(added: Vec<CredentialSource>) -> Result<Self, &'static str> {
        added.iter().try_for_each(CredentialSource::check)?;
        let is_twice = |(at, source): (usize, &CredentialSource)| added[..at].iter().any(|one| one.is_place_of(source));
        if added.iter().enumerate().any(is_twice) {
            return Err("must not name a place of requests twice");
        }
        Ok(Self(added))
    }

    /// The schemes of added sources of this kind, for challenges.
    pub(crate) fn schemes(&self, kind: CredentialKind) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |source| source.kind == kind).filter_map(|source| match &source.place {
            Place::Scheme(scheme) => Some(&**scheme),
            Place::Header(_) | Place::Cookie(_) | Place::Prefix(_) => None,
        })
    }

    /// The added sources, for documents.
    #[cfg(feature = "openapi")]
    pub(crate) fn places(&self) -> impl Iterator<Item = (&Place, CredentialKind)> {
        self.0.iter().map(|source| (&source.place, source.kind))
    }

    pub(crate) fn read(&self, headers: &HeaderMap) -> Credentials {
        let mut found = Credentials::default();
        match only(headers, &header::AUTHORIZATION) {
            Ok(None) => {}
            Ok(Some(value)) => self.authorization(value, &mut found),
            // Each of several could hold either kind.
            Err(Several) => {
                found.add(CredentialKind::AccessToken, Presented::Duplicate);
                found.add(CredentialKind::ApiKey, Presented::Duplicate);
            }
        }
        found.add_header(headers, &API_KEY_HEADER, CredentialKind::ApiKey);
        for source in &self.0 {
            if let Place::Header(name) = &source.place
                && let Ok(name) = HeaderName::from_bytes(name.as_bytes())
            {
                found.add_header(headers, &name, source.kind);
            }
        }
        for source in &self.0 {
            if let Place::Cookie(name) = &source.place
                && matches!(found.place(source.kind), Presented::Missing)
            {
                found.add(source.kind, cookie(headers, name));
            }
        }
        found
    }

    fn authorization(&self, value: &HeaderValue, found: &mut Credentials) {
        let bytes = value.as_bytes();
        let (scheme, rest) = match bytes.iter().position(|byte| *byte == b' ') {
            Some(space) => bytes.split_at(space),
            None => (bytes, &b""[..]),
        };
        let rest = rest.trim_ascii_start();
        let is = |name: &str| scheme.eq_ignore_ascii_case(name.as_bytes());
        let text = |scheme| Excerpt::presented(value, rest, scheme);
        let added = || self.0.iter().find(|source| matches!(&source.place, Place::Scheme(name) if is(name)));
        let has_prefix = |source: &CredentialSource| matches!(&source.place, Place::Prefix(prefix) if rest.starts_with(prefix.as_bytes()));
        if is("Bearer") && (ApiKey::is_one(rest) || self.0.iter().any(has_prefix)) {
            found.add(CredentialKind::ApiKey, text(Scheme::Bearer));
        } else if is("Bearer") {
            found.add(CredentialKind::AccessToken, text(Scheme::Bearer));
        } else if is("DPoP") {
            found.add(CredentialKind::AccessToken, text(Scheme::Dpop));
        } else if is("ApiKey") {
            found.add(CredentialKind::ApiKey, text(Scheme::Bearer));
        } else if let Some(source) = added() {
            found.add(source.kind, text(Scheme::Bearer));
        } else {
            found.foreign = true;
        }
    }
}

pub(super) struct Several;

/// The header of this name, if there is one alone.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Several> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() { Err(Several) } else { Ok(first) }
}

/// The cookie of this name (RFC 6265 section 5.4); two of one name are a duplicate.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Presented {
    let mut found = Presented::Missing;
    for value in headers.get_all(header::COOKIE) {
        for pair in value.as_bytes().split(|byte| *byte == b';') {
            let pair = pair.trim_ascii();
            let Some(text) = pair.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b"=")) else {
                continue;
            };
            if !matches!(found, Presented::Missing) {
                return Presented::Duplicate;
            }
            found = Excerpt::of(value, text).map_or(Presented::Malformed, Presented::Cookie);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> CredentialSources {
        let added = vec![
            CredentialSource::scheme("Token"),
            CredentialSource::header("X-Service-Key").api_key(),
            CredentialSource::cookie("access"),
            CredentialSource::key_prefix("sk_live_"),
        ];
        CredentialSources::new(added).unwrap()
    }

    fn read(headers: &[(&'static str, &'static str)]) -> (String, String, bool) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let found = sources().read(&map);
        let text = |presented: &Presented| match presented {
            Presented::Missing => "-".to_owned(),
            Presented::Text(scheme, text) => format!("{scheme:?} {}", text.as_str()),
            Presented::Cookie(text) => format!("Cookie {}", text.as_str()),
            Presented::Unrenewed(_) => "unrenewed".to_owned(),
            Presented::Malformed => "malformed".to_owned(),
            Presented::Duplicate => "duplicate".to_owned(),
        };
        (text(&found.access_token), text(&found.api_key), found.foreign)
    }

    #[test]
    fn every_source_is_read() {
        for (headers, access_token, api_key) in [
            (&[("authorization", "Bearer a.b.c")][..], "Bearer a.b.c", "-"),
            (&[("authorization", "bearer  a.b.c")], "Bearer a.b.c", "-"),
            (&[("authorization", "DPoP a.b.c")], "Dpop a.b.c", "-"),
            (&[("authorization", "tOKEN a.b.c")], "Bearer a.b.c", "-"),
            (&[("authorization", "Bearer ak_1")], "-", "Bearer ak_1"),
            (&[("authorization", "Bearer sk_live_1")], "-", "Bearer sk_live_1"),
            (&[("authorization", "Bearer sk_test_1")], "Bearer sk_test_1", "-"),
            (&[("authorization", "ApiKey ak_1")], "-", "Bearer ak_1"),
            (&[("x-api-key", "ak_1")], "-", "Bearer ak_1"),
            (&[("x-service-key", "ak_1")], "-", "Bearer ak_1"),
            (&[("cookie", "a=b; access=a.b.c; d=e")], "Cookie a.b.c", "-"),
            (&[("authorization", "Bearer a.b.c"), ("x-api-key", "ak_1")], "Bearer a.b.c", "Bearer ak_1"),
            (&[("authorization", "Bearer")], "Bearer ", "-"),
        ] {
            assert_eq!(read(headers), (access_token.to_owned(), api_key.to_owned(), false), "{headers:?}");
        }
    }

    #[test]
    fn two_of_one_kind_are_a_duplicate() {
        let both = [("authorization", "Bearer a"), ("authorization", "Bearer b")];
        assert_eq!(read(&both), ("duplicate".to_owned(), "duplicate".to_owned(), false));
        let keys = [("authorization", "ApiKey ak_1"), ("x-api-key", "ak_1")];
        assert_eq!(read(&keys).1, "duplicate");
        assert_eq!(read(&[("x-service-key", "ak_1"), ("x-api-key", "ak_1")]).1, "duplicate");
        assert_eq!(read(&[("cookie", "access=a; access=b")]).0, "duplicate");
        assert_eq!(read(&[("cookie", "access=a"), ("cookie", "access=b")]).0, "duplicate");
    }

    #[test]
    fn a_header_takes_precedence_over_a_cookie() {
        assert_eq!(read(&[("cookie", "access=a"), ("authorization", "Bearer b")]).0, "Bearer b");
        assert_eq!(read(&[("cookie", "xaccess=a")]).0, "-");
    }

    #[test]
    fn another_scheme_is_foreign() {
        for value in ["Basic YTpi", "Digest x", "", "Bearertoken", "a.b.c", "\u{7f}"] {
            let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) else { continue };
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.clone())]);
            let found = sources().read(&headers);
            assert!(found.foreign && !found.is_any(), "{value:?}");
        }
    }

    #[test]
    fn a_source_with_an_invalid_name_is_refused() {
        for source in [
            CredentialSource::scheme("To ken"),
            CredentialSource::scheme(""),
            CredentialSource::header("Authorization"),
            CredentialSource::header("cookie"),
            CredentialSource::cookie("a=b"),
            CredentialSource::key_prefix(""),
            // Read twice, so that every request would be refused.
            CredentialSource::header("X-Api-Key"),
            CredentialSource::header("x-api-key").api_key(),
            CredentialSource::header("DPoP"),
            // Never reached.
            CredentialSource::scheme("Bearer"),
            CredentialSource::scheme("dpop"),
            CredentialSource::scheme("APIKEY").api_key(),
        ] {
            assert!(CredentialSources::new(vec![source.clone()]).is_err(), "{source:?}");
        }
        for [one, other] in [
            [CredentialSource::header("X-Token"), CredentialSource::header("x-token").api_key()],
            [CredentialSource::scheme("Token"), CredentialSource::scheme("TOKEN").api_key()],
            [CredentialSource::cookie("access"), CredentialSource::cookie("access")],
            [CredentialSource::key_prefix("sk_"), CredentialSource::key_prefix("sk_")],
        ] {
            assert!(CredentialSources::new(vec![one, other.clone()]).is_err(), "{other:?}");
        }
        let [lower, upper] = [CredentialSource::cookie("access"), CredentialSource::cookie("Access")];
        assert!(CredentialSources::new(vec![lower, upper, CredentialSource::header("access")]).is_ok());
    }
}

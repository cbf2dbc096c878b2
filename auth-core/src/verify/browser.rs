//! Browser mode: the settings of cookies, and whose pages may send them.

use http::HeaderMap;
use http::uri::{Authority, Scheme, Uri};

use super::cross_site::SiteCheck;
use super::source::{Excerpt, Presented, cookie};
use crate::base::{is_host, is_port};

/// The settings of browsers: of the cookies of [`GuardedRouter::browser`](crate::GuardedRouter::browser), and of the
/// protection against requests of other sites (CSRF), which every credential in a cookie has.
///
/// | setting | default |
/// | --- | --- |
/// | cookies | `__Host-access` and `__Host-refresh` (`HttpOnly`), `__Host-csrf`; all `Secure`, `SameSite=Lax`, `Path=/` |
/// | who may send them by another method than `GET`, `HEAD` and `OPTIONS`, or for a WebSocket | pages of the same origin |
///
/// ```
/// use auth_core::BrowserMode;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let browser = BrowserMode::new().name("shop").origin("https://shop.example.com").login_page("/login");
/// let auth = auth_core::testing::in_memory().browser(browser).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "it has no effect until `AuthBuilder::browser` takes it"]
pub struct BrowserMode {
    name: Option<Box<str>>,
    origins: Vec<Box<str>>,
    same_site: bool,
    strict: bool,
    plain_http: bool,
    login_page: Option<Box<str>>,
}

impl BrowserMode {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the cookies `__Host-NAME-access`, `__Host-NAME-refresh` and `__Host-NAME-csrf`. Services on several ports of
    /// one host need it: cookies do not distinguish ports.
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Also takes requests of pages of this origin, such as `https://app.example.com`: a front end on another host, or the
    /// service itself behind a proxy that changes `Host`.
    pub fn origin(mut self, origin: &str) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Also takes requests of all pages of the same site: other ports, and other hosts of the same registrable domain. Only
    /// for a domain where no one else has a host.
    pub fn allow_same_site(mut self) -> Self {
        self.same_site = true;
        self
    }

    /// Sets the cookies with `SameSite=Strict`: a link from another site then leads to a page without a login.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Sets the cookies without `Secure` and `__Host-`, for a development server without TLS that is not on `localhost`: a
    /// browser takes secure cookies from `http://localhost` as well. Each start logs a warning.
    pub fn plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Also takes requests of pages of these origins.
    pub(crate) fn origins(mut self, origins: &[Box<str>]) -> Self {
        self.origins.extend_from_slice(origins);
        self
    }

    /// Leads a browser without a login to this page: a `GET` with `Accept: text/html` that a guard answers 401 is answered
    /// 303 instead, to `PATH?next=..`. [`LocalPath`](crate::http::LocalPath) reads `next`.
    pub fn login_page(mut self, path: &str) -> Self {
        self.login_page = Some(path.into());
        self
    }
}

/// The valid settings of browsers.
pub(crate) struct Browser {
    pub(crate) cookies: Cookies,
    pub(crate) check: SiteCheck,
    pub(crate) login_page: Option<Box<str>>,
}

/// The cookies of browser mode.
pub(crate) struct Cookies {
    pub(crate) access: Box<str>,
    pub(crate) refresh: Box<str>,
    pub(crate) csrf: Box<str>,
    pub(crate) strict: bool,
    pub(crate) secure: bool,
}

impl Browser {
    /// The checked settings, or what is wrong. `secret` is that of tokens against CSRF.
    pub(crate) fn new(mode: BrowserMode, secret: Option<&[u8]>) -> Result<Self, &'static str> {
        let BrowserMode { name, origins, same_site, strict, plain_http, login_page } = mode;
        if name.as_ref().is_some_and(|name| !is_name(name)) {
            return Err("has a `name` that is not of letters, digits and `-`");
        }
        if login_page.as_ref().is_some_and(|path| !path.starts_with('/') || path.contains(['?', '#'])) {
            return Err("has a `login_page` that is not a path such as `/login`");
        }
        let origins = origins.iter().map(|origin| normal_origin(origin)).collect::<Option<Vec<_>>>();
        let origins =
            origins.ok_or("has an `origin` that is not a scheme and a host such as `https://app.example.com`")?;
        if plain_http {
            tracing::warn!(target: "auth", "browser mode sets cookies without `Secure`: for development alone");
        }
        let prefix = if plain_http { "" } else { "__Host-" };
        let name = name.map(|name| format!("{name}-")).unwrap_or_default();
        let named = |kind| format!("{prefix}{name}{kind}").into();
        let cookies = Cookies {
            access: named("access"),
            refresh: named("refresh"),
            csrf: named("csrf"),
            strict,
            secure: !plain_http,
        };
        Ok(Self { cookies, check: SiteCheck::new(origins, same_site, secret), login_page })
    }
}

impl Cookies {
    pub(super) fn access_token(&self, headers: &HeaderMap) -> Presented {
        cookie(headers, &self.access)
    }

    /// The refresh token; `None` without one, and with two.
    pub(crate) fn refresh_token(&self, headers: &HeaderMap) -> Option<Excerpt> {
        match cookie(headers, &self.refresh) {
            Presented::Cookie(token) => Some(token),
            _ => None,
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// An origin as browsers serialise it (RFC 6454 section 6.2): lower case, without a default port.
pub(crate) fn normal_origin(origin: &str) -> Option<Box<str>> {
    let uri: Uri = origin.strip_suffix('/').unwrap_or(origin).parse().ok()?;
    let parts = uri.into_parts();
    let (scheme, authority): (Scheme, Authority) = (parts.scheme?, parts.authority?);
    let default = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let written = authority.as_str().strip_prefix(authority.host())?;
    let is_bare = parts.path_and_query.is_none_or(|path| path == "/")
        && is_host(authority.host())
        && written.strip_prefix(':').map_or(written.is_empty(), is_port);
    let port = authority.port_u16().filter(|port| *port != default).map(|port| format!(":{port}"));
    let host = authority.host().to_ascii_lowercase();
    is_bare.then(|| format!("{scheme}://{host}{}", port.unwrap_or_default()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_the_form_that_browsers_send() {
        for (origin, normal) in [
            ("https://app.example.com", Some("https://app.example.com")),
            ("https://App.Example.com/", Some("https://app.example.com")),
            ("https://app.example.com:443", Some("https://app.example.com")),
            ("http://localhost:5173", Some("http://localhost:5173")),
            ("http://[::1]:80", Some("http://[::1]")),
            ("app.example.com", None),
            ("https://app.example.com/path", None),
            ("https://ada@app.example.com", None),
            ("https://app.example.com:99999", None),
            ("https://app.example.com:0", None),
            ("https://app.example.com:", None),
            ("https://*.example.com", None),
            ("https://app.example.com?", None),
            ("ftp://app.example.com", None),
            ("null", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(normal_origin(origin).as_deref(), normal, "{origin:?}");
        }
    }

    #[test]
    fn invalid_settings_are_refused() {
        for mode in [
            BrowserMode::new().name(""),
            BrowserMode::new().name("a=b"),
            BrowserMode::new().origin("*"),
            BrowserMode::new().login_page("login"),
            BrowserMode::new().login_page("/login?next=/"),
        ] {
            assert!(Browser::new(mode.clone(), None).is_err(), "{mode:?}");
        }
    }
}

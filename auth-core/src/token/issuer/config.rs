//! Configuration of a trusted issuer.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::{Proxy, Url};

use super::ClaimPath;
use super::address::is_public;

/// A trusted issuer: this service accepts its access tokens for an audience.
///
/// ```
/// use auth_core::issuer::Issuer;
///
/// let keycloak = Issuer::new("https://login.example.com/realms/main", "reports-api")?
///     .any_jwt_type() // Keycloak writes `typ: JWT`
///     .roles_at("realm_access.roles");
/// # Ok::<(), auth_core::issuer::IssuerError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "pass it to `AuthBuilder::trust`"]
pub struct Issuer {
    /// The exact `iss` of tokens and `issuer` of metadata.
    pub(super) name: String,
    pub(super) url: Url,
    pub(super) audience: String,
    pub(super) jwks_uri: Option<Url>,
    pub(super) any_type: bool,
    pub(super) client_id_as_audience: bool,
    pub(super) subject_prefix: String,
    pub(super) roles: Vec<ClaimPath>,
    pub(super) scopes: Vec<ClaimPath>,
    pub(super) proxy: Option<OutboundProxy>,
    pub(super) private_addresses: bool,
    pub(super) plain_http: bool,
    pub(super) refresh_every: Duration,
    pub(super) retry_after: Duration,
    pub(super) keep_for: Duration,
    pub(super) timeout: Duration,
}

/// Its `Debug` hides the URL, which may contain a password.
#[derive(Clone)]
pub(super) struct OutboundProxy(pub(super) Proxy);

impl fmt::Debug for OutboundProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutboundProxy(..)")
    }
}

/// An invalid configuration of an issuer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// Not an issuer URL (OpenID Connect Discovery section 4, RFC 8414 section 2).
    #[error(
        "`{0}` is not an issuer's URL: expected `https://`, a host and an optional path, without query or fragment"
    )]
    Url(String),
    /// The URL contains a user name or a password. The message does not repeat it.
    #[error("the issuer's URL or `jwks_uri` contains a user name or a password, which logs would repeat; remove them")]
    UserInfo,
    /// The URL is not `https`.
    #[error("`{0}` is not `https`; `Issuer::plain_http` allows `http` for an issuer on the loopback interface")]
    PlainHttp(String),
    /// The address is not public.
    #[error("`{0}` has a private address; `Issuer::private_addresses` allows an issuer in a private network")]
    PrivateAddress(String),
    /// The audience is empty.
    #[error("the audience is empty; set the `aud` that the issuer's tokens have for this service")]
    Audience,
    /// The issuer is configured twice, or is this service.
    #[error("issuer `{0}` is configured twice, or is this service's own issuer")]
    Twice(String),
    /// Subjects of two issuers could have the same id.
    #[error(
        "subjects of `{0}` could have the ids of another issuer's or this service's; set a distinct `subject_prefix` for each"
    )]
    Subjects(String),
    /// Not the URL of a proxy. The message does not repeat it, since it may contain a password.
    #[error("the proxy is not an `http://` or `https://` URL with a host, for instance `http://proxy.internal:3128`")]
    Proxy,
    /// A path of claims has a name that is empty.
    #[error("a path of `roles_at` or `scopes_at` has an empty name; write one such as `realm_access.roles`")]
    ClaimPath,
    /// The times of the keys' cache contradict each other.
    #[error("{0}")]
    Times(&'static str),
    /// The HTTP client could not be created.
    #[error("could not create the HTTP client: {0}")]
    Client(String),
}

impl Issuer {
    /// Creates an issuer with `url`, exactly its tokens' `iss`, and `audience`, their `aud` for this service. Its
    /// metadata is found by OpenID Connect discovery or RFC 8414.
    ///
    /// # Errors
    ///
    /// [`IssuerError`] if the URL is not an issuer's, or the audience is empty.
    pub fn new(url: impl Into<String>, audience: impl Into<String>) -> Result<Self, IssuerError> {
        let (name, audience) = (url.into(), audience.into());
        let url = parse(&name)?;
        if audience.trim().is_empty() {
            return Err(IssuerError::Audience);
        }
        Ok(Self {
            name,
            url,
            audience,
            jwks_uri: None,
            any_type: false,
            client_id_as_audience: false,
            subject_prefix: String::new(),
            roles: Vec::new(),
            scopes: vec![ClaimPath::from("scope")],
            proxy: None,
            private_addresses: false,
            plain_http: false,
            refresh_every: Duration::from_mins(10),
            retry_after: Duration::from_secs(10),
            keep_for: Duration::from_hours(24),
            timeout: Duration::from_secs(5),
        })
    }

    /// Sets the URL of the issuer's keys, for an issuer without metadata.
    ///
    /// # Errors
    ///
    /// [`IssuerError::Url`] if `url` is not a URL, [`IssuerError::UserInfo`] if it contains a password.
    pub fn jwks_uri(mut self, url: &str) -> Result<Self, IssuerError> {
        let url = Url::parse(url).map_err(|_| IssuerError::Url(without_user_info(url).to_owned()))?;
        check_user_info(&url)?;
        if !url.has_host() {
            return Err(IssuerError::Url(without_user_info(url.as_str()).to_owned()));
        }
        self.jwks_uri = Some(url);
        Ok(self)
    }

    /// Accepts the type `JWT` or none as well as `at+jwt`, for the many issuers that do not follow RFC 9068. Such
    /// tokens may lack `iat`, `jti` and `client_id`.
    ///
    /// ID, refresh and logout tokens are still refused: by `token_use`, `typ`, `token_type` or `tokenName` in the payload,
    /// and without these by claims that only ID and logout tokens have, such as `nonce`.
    pub fn any_jwt_type(mut self) -> Self {
        self.any_type = true;
        self
    }

    /// Accepts tokens without `aud` whose `client_id` is the audience given to [`new`](Self::new), for Amazon Cognito. A
    /// token with `aud` must still name the audience there.
    ///
    /// ```
    /// use auth_core::issuer::Issuer;
    ///
    /// let cognito = Issuer::new("https://cognito-idp.eu-north-1.amazonaws.com/eu-north-1_example", "client-id-of-the-app")?
    ///     .any_jwt_type()
    ///     .client_id_as_audience()
    ///     .roles_at("cognito:groups");
    /// # Ok::<(), auth_core::issuer::IssuerError>(())
    /// ```
    pub fn client_id_as_audience(mut self) -> Self {
        self.client_id_as_audience = true;
        self
    }

    /// Sets the prefix of the issuer's subjects: their id is the prefix and `sub`. A `sub` is unique only within its
    /// issuer, so an [`Auth`](crate::Auth) with several issuers, or with users of its own, requires a prefix for each. No id
    /// of a user of its own may begin with it; operations on the caller's own account refuse subjects of other issuers all
    /// the same ([`Identity::user`](crate::Identity::user)).
    pub fn subject_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.subject_prefix = prefix.into();
        self
    }

    /// Adds a claim with the subject's roles: a list of names, or one name. None by default. Unknown names grant
    /// nothing, nor does a claim of another form; a guard with `not(role(..))` refuses a token with such a claim. A text
    /// with white space or one of `, ; | [ {` is several names in some notation, and so of another form.
    pub fn roles_at(mut self, path: impl Into<ClaimPath>) -> Self {
        self.roles.push(path.into());
        self
    }

    /// Adds a claim with scopes, besides `scope`: a list, or names separated by spaces. An item with a space or another
    /// character that RFC 6749 section 3.3 excludes, or a claim of another form, grants nothing; a guard with
    /// `not(scope(..))` refuses a token with such a claim.
    pub fn scopes_at(mut self, path: impl Into<ClaimPath>) -> Self {
        self.scopes.push(path.into());
        self
    }

    /// Sends the requests to the issuer through an HTTP proxy: `http://` or `https://`, with user name and password if it
    /// requires them. By default they are sent directly; `HTTPS_PROXY` and the like are ignored.
    ///
    /// The proxy resolves names, so it must itself refuse those of private addresses.
    ///
    /// ```
    /// use auth_core::issuer::Issuer;
    ///
    /// let issuer = Issuer::new("https://login.example.com", "reports")?.proxy("http://proxy.internal:3128")?;
    /// # Ok::<(), auth_core::issuer::IssuerError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`IssuerError::Proxy`] if `url` is not the URL of a proxy.
    pub fn proxy(mut self, url: &str) -> Result<Self, IssuerError> {
        let is_proxy = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let proxy = Proxy::all(url).ok().filter(|_| is_proxy).ok_or(IssuerError::Proxy)?;
        self.proxy = Some(OutboundProxy(proxy));
        Ok(self)
    }

    /// Allows private addresses for the issuer and its `jwks_uri`. By default they are refused: metadata or DNS of an
    /// attacker could direct requests to the private network of this service.
    pub fn private_addresses(mut self) -> Self {
        self.private_addresses = true;
        self
    }

    /// Allows an issuer on the loopback interface without TLS, for development and tests. Implies
    /// [`private_addresses`](Self::private_addresses).
    pub fn plain_http(mut self) -> Self {
        self.plain_http = true;
        self.private_addresses = true;
        self
    }

    /// Sets the age at which keys are fetched again; 10 minutes by default. A key that the issuer removed is accepted for at
    /// most twice this time: the first request after it gets the keys from the cache while they are fetched, and one after
    /// twice the time waits for them.
    pub fn refresh_every(mut self, period: Duration) -> Self {
        self.refresh_every = period;
        self
    }

    /// Sets the minimum time between two attempts to fetch keys, greater than zero; 10 seconds by default. Tokens with an
    /// unknown `kid`, which any client can send, cause no more.
    pub fn retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = pause;
        self
    }

    /// Sets how long the last keys are used while the issuer is unavailable, at least the time of
    /// [`refresh_every`](Self::refresh_every); 24 hours by default. After that the response to its tokens is 503.
    pub fn keep_for(mut self, period: Duration) -> Self {
        self.keep_for = period;
        self
    }

    /// Sets the time limit of a request to the issuer, connecting included; 5 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    pub(super) fn check(&self) -> Result<(), IssuerError> {
        if self.retry_after.is_zero() {
            return Err(IssuerError::Times("`retry_after` is zero, so that each unknown `kid` would fetch the keys"));
        }
        if self.keep_for < self.refresh_every {
            return Err(IssuerError::Times(
                "`keep_for` is shorter than `refresh_every`; 24 hours and 10 minutes are usual",
            ));
        }
        if self.roles.iter().chain(&self.scopes).any(ClaimPath::has_empty_name) {
            return Err(IssuerError::ClaimPath);
        }
        self.check_url(&self.url)?;
        self.jwks_uri.as_ref().map_or(Ok(()), |url| self.check_url(url))
    }

    /// Checks a URL before a request. The addresses of names are checked at resolution.
    pub(super) fn check_url(&self, url: &Url) -> Result<(), IssuerError> {
        check_user_info(url)?;
        let host = url.host_str().unwrap_or_default();
        let literal: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        let is_loopback = host == "localhost" || literal.is_some_and(|address| address.is_loopback());
        match url.scheme() {
            "https" => {}
            "http" if self.plain_http && is_loopback => {}
            _ => return Err(IssuerError::PlainHttp(url.to_string())),
        }
        if !self.private_addresses && (is_loopback || literal.is_some_and(|address| !is_public(address))) {
            return Err(IssuerError::PrivateAddress(url.to_string()));
        }
        Ok(())
    }
}

fn parse(text: &str) -> Result<Url, IssuerError> {
    let wrong = || IssuerError::Url(without_user_info(text).to_owned());
    let url = Url::parse(text).map_err(|_| wrong())?;
    check_user_info(&url)?;
    // What `Url` repairs would not be what tokens have as `iss`.
    let is_altered = text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\');
    let plain = url.has_host() && !is_altered && url.query().is_none() && url.fragment().is_none();
    if plain { Ok(url) } else { Err(wrong()) }
}

/// Errors and the log repeat URLs.
fn check_user_info(url: &Url) -> Result<(), IssuerError> {
    if url.username().is_empty() && url.password().is_none() { Ok(()) } else { Err(IssuerError::UserInfo) }
}

/// What follows a password, in a text that is no URL.
fn without_user_info(text: &str) -> &str {
    text.rsplit_once('@').map_or(text, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(url: &str) -> Result<Issuer, IssuerError> {
        Issuer::new(url, "api")
    }

    #[test]
    fn no_error_repeats_a_password() {
        let issuer = || new("https://login.example.com").unwrap();
        for url in ["https://ada:hunter2@login.example.com", "https://hunter2@login.example.com/realm"] {
            assert_eq!(new(url).unwrap_err(), IssuerError::UserInfo);
            assert_eq!(issuer().jwks_uri(url).unwrap_err(), IssuerError::UserInfo);
            // Of metadata.
            assert_eq!(issuer().check_url(&Url::parse(url).unwrap()), Err(IssuerError::UserInfo));
        }
        for url in
            ["https://ada:hunter2@", "https://ada:hunter2@[::1", "ada:hunter2@login.example.com/ x", "//hunter2@h"]
        {
            for error in
                [new(url).unwrap_err(), issuer().jwks_uri(url).map_or_else(|error| error, |_| IssuerError::Proxy)]
            {
                assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
            }
        }
    }

    #[test]
    fn times_and_paths_without_a_meaning_are_refused() {
        let issuer = || new("https://login.example.com").unwrap();
        let is_wrong = |issuer: Issuer| matches!(issuer.check(), Err(IssuerError::Times(_)));
        assert!(is_wrong(issuer().retry_after(Duration::ZERO)));
        assert!(is_wrong(issuer().keep_for(Duration::from_mins(9))));
        assert!(is_wrong(issuer().refresh_every(Duration::from_hours(25))));
        for path in ["", ".", "realm_access.", ".roles", "realm_access..roles", "/", "/a//b"] {
            assert_eq!(issuer().roles_at(path).check(), Err(IssuerError::ClaimPath), "{path}");
            assert_eq!(issuer().scopes_at(path).check(), Err(IssuerError::ClaimPath), "{path}");
        }
        let paths = issuer().roles_at("realm_access.roles").scopes_at("https://example.com/scopes").roles_at("/a~1b/c");
        assert_eq!(paths.keep_for(Duration::from_mins(10)).check(), Ok(()));
    }

    #[test]
    fn a_url_that_would_be_repaired_is_refused() {
        for url in [
            "https://login.example.com ",
            " https://login.example.com",
            "https://login.example.com/\ta",
            "https://login.example.com/a\n",
            "https://login.example.com\\realm",
            "https:\\\\login.example.com",
        ] {
            assert_eq!(new(url).unwrap_err(), IssuerError::Url(url.to_owned()), "{url:?}");
        }
        for audience in ["", " ", "\t"] {
            assert_eq!(Issuer::new("https://login.example.com", audience).unwrap_err(), IssuerError::Audience);
        }
    }
}

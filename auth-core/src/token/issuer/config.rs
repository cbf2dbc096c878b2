//! What is known of an issuer beforehand.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;

use super::ClaimPath;
use super::address::is_public;

/// Another issuer whose access tokens are accepted, and for which audience.
///
/// ```
/// use auth_core::issuer::Issuer;
///
/// # fn main() -> Result<(), auth_core::issuer::IssuerError> {
/// let keycloak = Issuer::new("https://login.example.com/realms/main", "reports-api")?
///     .any_jwt_type() // it writes `typ: JWT`
///     .roles_at("realm_access.roles");
/// let auth0 = Issuer::new("https://tenant.example.com/", "https://reports.example.com")?
///     .scopes_at("permissions")
///     .subject_prefix("auth0:"); // two issuers may both have a subject `42`
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "an issuer is trusted by `AuthBuilder::trust`"]
pub struct Issuer {
    /// To the letter as tokens and metadata have it.
    pub(super) name: String,
    pub(super) url: Url,
    pub(super) audience: String,
    pub(super) jwks_uri: Option<Url>,
    pub(super) any_type: bool,
    pub(super) subject_prefix: String,
    pub(super) roles: Vec<ClaimPath>,
    pub(super) scopes: Vec<ClaimPath>,
    pub(super) private_addresses: bool,
    pub(super) plain_http: bool,
    pub(super) refresh_every: Duration,
    pub(super) retry_after: Duration,
    pub(super) keep_for: Duration,
    pub(super) timeout: Duration,
}

/// An issuer that cannot be used as it is described.
///
/// ```
/// use auth_core::issuer::{Issuer, IssuerError};
///
/// let wrong = Issuer::new("login.example.com", "reports-api").unwrap_err();
/// assert_eq!(wrong, IssuerError::Url("login.example.com".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// Not a URL that an issuer can have (OpenID Connect Discovery section 4, RFC 8414 section 2).
    #[error(
        "`{0}` is not an issuer's URL: write `https://`, a host, and a path if it has one, without query or fragment"
    )]
    Url(String),
    /// No TLS.
    #[error("`{0}` is not `https`; `Issuer::plain_http` allows that for an issuer on this machine")]
    PlainHttp(String),
    /// An address that is not one of the public Internet.
    #[error("`{0}` has a private address; `Issuer::private_addresses` allows that for an issuer of your own network")]
    PrivateAddress(String),
    /// The audience is empty.
    #[error("the audience is empty: name what the issuer's tokens call this service in `aud`")]
    Audience,
    /// Two issuers of one name.
    #[error("`{0}` is trusted twice, or is this service's own issuer")]
    Twice(String),
    /// Subjects of several issuers that could be taken for each other.
    #[error(
        "subjects of `{0}` could be taken for another issuer's or this service's: give each its own `subject_prefix`"
    )]
    Subjects(String),
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made: {0}")]
    Client(String),
}

impl Issuer {
    /// The issuer at `url`, to the letter as its tokens have it in `iss`, and the `aud` by which its tokens mean this
    /// service. Its metadata is looked for in the places of OpenID Connect discovery and of RFC 8414.
    ///
    /// # Errors
    ///
    /// [`IssuerError`] when the URL is none of an issuer, or the audience is empty.
    pub fn new(url: impl Into<String>, audience: impl Into<String>) -> Result<Self, IssuerError> {
        let (name, audience) = (url.into(), audience.into());
        let url = parse(&name)?;
        if audience.is_empty() {
            return Err(IssuerError::Audience);
        }
        Ok(Self {
            name,
            url,
            audience,
            jwks_uri: None,
            any_type: false,
            subject_prefix: String::new(),
            roles: Vec::new(),
            scopes: vec![ClaimPath::from("scope")],
            private_addresses: false,
            plain_http: false,
            refresh_every: Duration::from_mins(10),
            retry_after: Duration::from_secs(10),
            keep_for: Duration::from_hours(24),
            timeout: Duration::from_secs(5),
        })
    }

    /// Where its keys are, for an issuer without metadata.
    ///
    /// # Errors
    ///
    /// [`IssuerError`] when that is no URL.
    pub fn jwks_uri(mut self, url: &str) -> Result<Self, IssuerError> {
        self.jwks_uri = Some(Url::parse(url).map_err(|_| IssuerError::Url(url.to_owned()))?);
        Ok(self)
    }

    /// Takes tokens of the type `JWT`, and of none, as well as `at+jwt`: for issuers that do not keep to RFC 9068, which
    /// are many. A token that has the marks of an ID or logout token is refused all the same, and `iat`, `jti` and
    /// `client_id` may be missing.
    pub fn any_jwt_type(mut self) -> Self {
        self.any_type = true;
        self
    }

    /// What subjects of this issuer are called by here: the prefix and their `sub`. A `sub` is unique within its issuer
    /// only, so an [`Auth`](crate::Auth) that knows subjects of several issuers, or its own users as well, demands a
    /// prefix for each.
    pub fn subject_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.subject_prefix = prefix.into();
        self
    }

    /// Where in the claims the subject's roles are: a list of names, or one name. None by default; called again, it adds
    /// a place. Names that no role enum knows grant nothing.
    pub fn roles_at(mut self, path: impl Into<ClaimPath>) -> Self {
        self.roles.push(path.into());
        self
    }

    /// Where in the claims scopes are, as well as `scope`: a list, or names separated by spaces.
    pub fn scopes_at(mut self, path: impl Into<ClaimPath>) -> Self {
        self.scopes.push(path.into());
        self
    }

    /// Allows the issuer, and its `jwks_uri`, an address of your own network: one that its configuration or its name
    /// server makes up could otherwise have this service call whatever is near it.
    pub fn private_addresses(mut self) -> Self {
        self.private_addresses = true;
        self
    }

    /// Allows an issuer on this very machine without TLS: for development and tests. Implies
    /// [`private_addresses`](Self::private_addresses).
    pub fn plain_http(mut self) -> Self {
        self.plain_http = true;
        self.private_addresses = true;
        self
    }

    /// How old keys grow before they are fetched anew in the background; 10 minutes by default. A key that the issuer
    /// took back is accepted for that long.
    pub fn refresh_every(mut self, period: Duration) -> Self {
        self.refresh_every = period;
        self
    }

    /// The least time between two attempts to fetch keys, whatever comes in; 10 seconds by default.
    pub fn retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = pause;
        self
    }

    /// How long the last good keys are used while the issuer does not answer; 24 hours by default. After that its
    /// tokens are answered by 503.
    pub fn keep_for(mut self, period: Duration) -> Self {
        self.keep_for = period;
        self
    }

    /// How long one answer of the issuer may take, connecting included; 5 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    pub(super) fn check(&self) -> Result<(), IssuerError> {
        self.check_url(&self.url)?;
        self.jwks_uri.as_ref().map_or(Ok(()), |url| self.check_url(url))
    }

    /// Whether this URL may be called for this issuer. Names are looked at when they are resolved.
    pub(super) fn check_url(&self, url: &Url) -> Result<(), IssuerError> {
        let host = url.host_str().unwrap_or_default();
        let literal: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        let here = host == "localhost" || literal.is_some_and(|address| address.is_loopback());
        match url.scheme() {
            "https" => {}
            "http" if self.plain_http && here => {}
            _ => return Err(IssuerError::PlainHttp(url.to_string())),
        }
        if !self.private_addresses && (here || literal.is_some_and(|address| !is_public(address))) {
            return Err(IssuerError::PrivateAddress(url.to_string()));
        }
        Ok(())
    }
}

fn parse(text: &str) -> Result<Url, IssuerError> {
    let wrong = || IssuerError::Url(text.to_owned());
    let url = Url::parse(text).map_err(|_| wrong())?;
    let plain = url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if plain { Ok(url) } else { Err(wrong()) }
}

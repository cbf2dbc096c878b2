//! The cookies of browser mode (RFC 6265).

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};

use super::issued::IssuedTokens;
use crate::base::SessionId;
use crate::service::{Auth, SteppedUp, Tokens};
use crate::verify::Browser;

/// A longer cookie is ignored by browsers, counted with its name and attributes (RFC 6265 section 6.1).
const MAX_COOKIE_BYTES: usize = 4096;

/// An access cookie ends that much before its token, so that a request does not arrive with a token that has just expired.
const MARGIN_SECS: u64 = 5;

pub(super) enum Change {
    Set(IssuedTokens),
    /// The refresh token of a renewal, with the access token that the handler issued after it; without one the access
    /// cookie ends. The browser's own refresh token is spent: without this one its next use would count as theft.
    Renewed {
        tokens: Arc<Tokens>,
        access: Option<Arc<SteppedUp>>,
    },
    /// Only the access token: the next request renews it.
    ClearAccess,
    Clear,
}

/// The cookies are longer than browsers take.
#[derive(Debug)]
pub(super) struct TooLong;

impl Change {
    /// The change of a renewal, with what came after it: an access token, or its end.
    pub(super) fn after(renewal: Option<Self>, access: Option<Arc<SteppedUp>>) -> Self {
        match (renewal, access) {
            (Some(Self::Set(IssuedTokens::All(tokens))), access) => Self::Renewed { tokens, access },
            (_, Some(access)) => Self::Set(IssuedTokens::Access(access)),
            (_, None) => Self::ClearAccess,
        }
    }

    /// Adds the `Set-Cookie` headers.
    pub(super) fn add_to(&self, headers: &mut HeaderMap, auth: &Auth) -> Result<(), TooLong> {
        let browser = &auth.verifier().browser;
        let names = &browser.cookies;
        let mut access = |token: &str, age| set(&mut *headers, browser, &names.access, token, age, true);
        match self {
            Self::Set(IssuedTokens::All(tokens)) => {
                access(tokens.access.expose(), access_age(tokens.expires_in))?;
                refresh(headers, browser, tokens, auth)
            }
            Self::Renewed { tokens, access: Some(token) } => {
                access(token.access.expose(), access_age(token.expires_in))?;
                refresh(headers, browser, tokens, auth)
            }
            Self::Renewed { tokens, access: None } => {
                access("", 0)?;
                refresh(headers, browser, tokens, auth)
            }
            Self::Set(IssuedTokens::Access(token)) => access(token.access.expose(), access_age(token.expires_in)),
            Self::ClearAccess => access("", 0),
            Self::Clear => {
                access("", 0)?;
                set(headers, browser, &names.refresh, "", 0, true)?;
                set(headers, browser, &names.csrf, "", 0, false)
            }
        }
    }
}

/// The refresh token, and the token against CSRF of its session.
fn refresh(headers: &mut HeaderMap, browser: &Browser, tokens: &Tokens, auth: &Auth) -> Result<(), TooLong> {
    let ttl = auth.service().map_or(0, |service| service.lifetimes.refresh.as_secs());
    set(headers, browser, &browser.cookies.refresh, tokens.refresh.expose(), ttl, true)?;
    csrf(headers, browser, &tokens.session, ttl)
}

fn access_age(expires_in: u64) -> u64 {
    expires_in.saturating_sub(MARGIN_SECS).max(1)
}

/// The token for requests without `Sec-Fetch-Site` and `Origin`, which the service's scripts read.
fn csrf(headers: &mut HeaderMap, browser: &Browser, session: &SessionId, age: u64) -> Result<(), TooLong> {
    browser
        .check
        .token(session)
        .map_or(Ok(()), |token| set(headers, browser, &browser.cookies.csrf, &token, age, false))
}

fn set(
    headers: &mut HeaderMap,
    browser: &Browser,
    name: &str,
    value: &str,
    max_age: u64,
    is_secret: bool,
) -> Result<(), TooLong> {
    let http_only = if is_secret { "; HttpOnly" } else { "" };
    let secure = if browser.cookies.secure { "; Secure" } else { "" };
    let same_site = if browser.cookies.strict { "Strict" } else { "Lax" };
    let cookie = format!("{name}={value}; Path=/; Max-Age={max_age}{secure}{http_only}; SameSite={same_site}");
    if cookie.len() > MAX_COOKIE_BYTES {
        return Err(TooLong);
    }
    let mut cookie = HeaderValue::from_str(&cookie).map_err(|_| TooLong)?;
    cookie.set_sensitive(is_secret);
    headers.append(header::SET_COOKIE, cookie);
    Ok(())
}

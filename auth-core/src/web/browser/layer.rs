//! The layer of a browser router: before the handler, who sent the request and the renewal of its token; after it, cookies.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::cookies::Change;
use super::issued::{Cleared, Issued, IssuedTokens};
use super::refresh::RefreshCookie;
use crate::policy::CredentialKinds;
use crate::service::{AccountError, Auth};
use crate::verify::cross_site::{CrossSite, Sender};
use crate::verify::source::{Credentials, Excerpt, Presented};
use crate::verify::{AccessError, Head, Origin as _};
use crate::web::http::{NO_STORE, Rejection};
use crate::web::router::Wired;
use crate::web::{Refusal, head};

/// The layer around the routes and guards of a browser router.
pub(crate) async fn browser(request: Request, next: Next) -> Response {
    let Some(auth) = Wired::auth(request.extensions()) else {
        tracing::error!(target: "auth", "browser router got a request without the router's Auth; request refused");
        return Refusal::from(AccessError::Misconfigured).into_response();
    };
    let (mut parts, body) = request.into_parts();
    if !auth.verifier().take_cookies(&mut head(&mut parts, &auth)) {
        // A browser router around this one does the rest.
        return next.run(Request::from_parts(parts, body)).await;
    }
    let login_page = login_page(&parts, &auth);
    let change = match enter(&mut parts, &auth).await {
        Ok(change) => change,
        Err(refused) => return Rejection::new(refused, &auth).into_response(),
    };
    let by_cookie = {
        let credentials = auth.verifier().credentials(&mut head(&mut parts, &auth));
        matches!(credentials.access_token, Presented::Cookie(_))
    };
    let response = next.run(Request::from_parts(parts, body)).await;
    leave(response, change, by_cookie, login_page, &auth)
}

/// Checks who sent the request, and renews its access token. Returns the change of cookies, whatever the handler answers.
async fn enter(parts: &mut Parts, auth: &Auth) -> Result<Option<Change>, AccessError> {
    let mut head = head(parts, auth);
    let credentials = auth.verifier().credentials(&mut head);
    if credentials.is_in_header() {
        return Ok(None);
    }
    check_sender(&mut head, auth, &credentials).await?;
    let refresh = auth.verifier().browser.cookies.refresh_token(head.headers());
    let Some(refresh) = refresh else { return Ok(None) };
    if !matches!(credentials.access_token, Presented::Missing) {
        head.parts.extensions.insert(RefreshCookie::Token(refresh));
        return Ok(None);
    }
    Ok(renew(&mut head, auth, &refresh).await)
}

/// Refuses a request of another site that may change something, with a cookie or without: a login must not come from
/// another site either, which would log the user in as another one.
async fn check_sender(head: &mut Head<'_>, auth: &Auth, credentials: &Credentials) -> Result<(), AccessError> {
    let verifier = auth.verifier();
    match verifier.sender(head) {
        Sender::Own => Ok(()),
        Sender::Other(reason) => Err(verifier.cross_site(head, reason)),
        // The verification of a token in a cookie compares the token against CSRF.
        Sender::Unknown if matches!(credentials.access_token, Presented::Cookie(_)) => {
            verifier.authenticate(head, CredentialKinds::SUBJECT).await.map(|_| ())
        }
        Sender::Unknown => Err(verifier.cross_site(head, CrossSite::Unknown)),
    }
}

/// Exchanges the refresh token of a browser whose access cookie has ended. Requests at the same time get the same successor,
/// within [`AuthBuilder::refresh_leeway`](crate::AuthBuilder::refresh_leeway).
async fn renew(head: &mut Head<'_>, auth: &Auth, refresh: &Excerpt) -> Option<Change> {
    let context = head.context().at(auth.now());
    match auth.refresh(&context, refresh.as_str()).await {
        Ok(tokens) => {
            let tokens = Arc::new(tokens);
            if let Ok(access) = HeaderValue::from_str(tokens.access.expose()) {
                auth.verifier().renewed(head, Presented::Cookie(Excerpt::whole(access)));
            }
            head.parts.extensions.insert(RefreshCookie::Renewed(Arc::clone(&tokens)));
            Some(Change::Set(IssuedTokens::All(tokens)))
        }
        Err(AccountError::InvalidRefreshToken) => Some(Change::Clear),
        // Guards answer this, so that public pages need no store.
        Err(error) => {
            auth.verifier().renewed(head, Presented::Unrenewed(unrenewed(&error)));
            None
        }
    }
}

fn unrenewed(error: &AccountError) -> AccessError {
    match error {
        AccountError::RateLimited(used_up) => AccessError::RateLimited(*used_up),
        AccountError::Overloaded => AccessError::Overloaded,
        AccountError::Misconfigured { .. } => AccessError::Misconfigured,
        AccountError::InvalidDpopProof => AccessError::InvalidDpopProof,
        _ => AccessError::Unavailable,
    }
}

/// The page for a browser without a login, if the request is for a page.
fn login_page(parts: &Parts, auth: &Auth) -> Option<String> {
    let page = auth.verifier().browser.login_page.as_ref()?;
    let accept = parts.headers.get(header::ACCEPT)?.to_str().ok()?;
    let is_page = parts.method == Method::GET && accept.split(',').any(|kind| kind.trim().starts_with("text/html"));
    let uri = crate::web::head::original_uri(parts);
    let from = uri.path_and_query().map_or("/", |path| path.as_str());
    is_page.then(|| format!("{page}?next={}", utf8_percent_encode(from, NON_ALPHANUMERIC)))
}

fn leave(
    mut response: Response,
    change: Option<Change>,
    by_cookie: bool,
    login_page: Option<String>,
    auth: &Auth,
) -> Response {
    let issued = response.extensions_mut().remove::<Issued>();
    let is_cleared = response.extensions_mut().remove::<Cleared>().is_some();
    let refusal = response.extensions().get::<Refusal>();
    let is_invalid = matches!(refusal, Some(Refusal::Access(AccessError::InvalidCredential { .. })));
    let is_missing = matches!(refusal, Some(Refusal::Access(AccessError::NoCredential { .. })));
    if let Some(Issued { tokens, are_body: true }) = &issued {
        response = without_tokens(response, tokens);
    } else if let Some(login_page) = login_page.filter(|_| is_missing || (is_invalid && by_cookie)) {
        response = (NO_STORE, Redirect::to(&login_page)).into_response();
    }
    let change = match issued.map(|issued| issued.tokens) {
        Some(IssuedTokens::Access(access)) => Some(Change::after(change, Some(access))),
        Some(tokens) => Some(Change::Set(tokens)),
        None if is_cleared => Some(Change::Clear),
        None if is_invalid && by_cookie => Some(Change::after(change, None)),
        None => change,
    };
    let Some(change) = change else { return response };
    if change.add_to(response.headers_mut(), auth).is_err() {
        tracing::error!(
            target: "auth",
            "an access token is too long for a cookie, of which browsers take 4096 bytes: shorten the claims of \
             `AuthBuilder::token_claims`"
        );
        return Rejection::new(AccessError::Misconfigured, auth).into_response();
    }
    // Also where the handler lets caches keep its response, such as a public page that renewed a login by the way: a
    // cache would give the tokens to others.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for targeted in ["cdn-cache-control", "surrogate-control"] {
        response.headers_mut().remove(targeted);
    }
    response
}

/// The body in place of one with tokens.
#[derive(Serialize)]
struct Body<'a> {
    expires_in: u64,
    scope: &'a str,
}

fn without_tokens(response: Response, tokens: &IssuedTokens) -> Response {
    let (expires_in, scope) = match tokens {
        IssuedTokens::All(tokens) => (tokens.expires_in, &*tokens.scope),
        IssuedTokens::Access(token) => (token.expires_in, &*token.scope),
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = serde_json::to_vec(&Body { expires_in, scope }).unwrap_or_default();
    Response::from_parts(parts, axum::body::Body::from(body))
}

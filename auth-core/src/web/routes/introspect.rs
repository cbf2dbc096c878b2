//! `POST /auth/introspect` (RFC 7662), for resource servers: with an API key of scope `introspect`, or as a client that
//! may introspect.

use auth_macros::{api_key, public};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

use crate::base::Context;
use crate::event::EventKind;
use crate::policy::CredentialKinds;
use crate::service::Auth;
use crate::service::oauth::{ClientCredentials, Introspection, OAuthError};
use crate::verify::AccessError;
use crate::web::head;
use crate::web::http::{Json, NO_STORE, Rejection};
use crate::web::oauth::OAuthForm;

const SCOPE: &str = "introspect";

/// For services without such a client: the guard decides alone.
#[api_key(scope = "introspect")]
pub(super) async fn by_api_key(
    State(auth): State<Auth>,
    context: Context,
    form: Result<OAuthForm, OAuthError>,
) -> Response {
    answer(&auth, &context, form).await
}

/// For services with such a client. Guards do not know clients, so the handler authenticates it.
#[public]
pub(super) async fn by_client_or_api_key(
    State(auth): State<Auth>,
    context: Context,
    mut parts: Parts,
    form: Result<OAuthForm, OAuthError>,
) -> Response {
    // An `Authorization` header without an API key may contain client credentials, which are checked below.
    let key = match auth.verifier().authenticate(&mut head(&mut parts, &auth), CredentialKinds::API_KEY).await {
        Ok(caller) => caller.api_key,
        Err(error) => return Rejection::new(error.where_api_key(true), &auth).into_response(),
    };
    match key {
        Some(key) if key.has_scope(SCOPE) => {}
        Some(_) => {
            return Rejection::new(AccessError::InsufficientScope { scopes: vec![SCOPE] }, &auth).into_response();
        }
        None => {
            if let Err(error) = client(&auth, &context, &parts.headers, &form).await {
                return error.response(&auth);
            }
        }
    }
    answer(&auth, &context, form).await
}

async fn client(
    auth: &Auth,
    context: &Context,
    headers: &HeaderMap,
    form: &Result<OAuthForm, OAuthError>,
) -> Result<(), OAuthError> {
    let form = form.as_ref().map_err(|error| *error)?;
    let client = auth.client(context, ClientCredentials::read(headers, form)).await?;
    if client.may_introspect() {
        return Ok(());
    }
    auth.record(context, EventKind::ClientRefused);
    // A public client is not authenticated.
    Err(if client.has_secret() { OAuthError::may_not_introspect() } else { OAuthError::invalid_client() })
}

/// Guard refusals as OAuth errors; a client that used `Basic` gets that challenge as well (RFC 6749 section 5.2).
pub(super) async fn refusals(State(auth): State<Auth>, request: Request, next: Next) -> Response {
    let by_basic = is_basic(request.headers());
    let response = OAuthError::instead_of(next.run(request).await);
    if by_basic && response.status() == StatusCode::UNAUTHORIZED { auth.challenge_by_basic(response) } else { response }
}

async fn answer(auth: &Auth, context: &Context, form: Result<OAuthForm, OAuthError>) -> Response {
    match introspected(auth, context, form).await {
        Ok(introspection) => (NO_STORE, Json(introspection)).into_response(),
        Err(error) => error.response(auth),
    }
}

async fn introspected(
    auth: &Auth,
    context: &Context,
    form: Result<OAuthForm, OAuthError>,
) -> Result<Introspection, OAuthError> {
    let form = form?;
    let token = form.secret("token")?.ok_or(OAuthError::invalid_request("token is missing"))?;
    form.text("token_type_hint")?;
    Ok(auth.introspect(context, token.expose_secret()).await?)
}

/// Whether a client tried to authenticate by `Basic`.
fn is_basic(headers: &HeaderMap) -> bool {
    headers.get_all(header::AUTHORIZATION).iter().any(|value| {
        let scheme = value.as_bytes().split(|byte| *byte == b' ').next().unwrap_or_default();
        scheme.eq_ignore_ascii_case(b"Basic")
    })
}

//! `POST /auth/introspect` (RFC 7662), for resource servers: by an API key of scope `introspect`, and by the secret of a
//! client that may.

use auth_macros::{api_key, public};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

use crate::event::Event;
use crate::service::Auth;
use crate::service::oauth::{Introspection, OAuthError, OAuthForm};
use crate::verify::ApiKeyIdentity;
use crate::verify::credential;
use crate::web::Refusal;
use crate::web::http::{Json, NO_STORE, Rejection};

const SCOPE: &str = "introspect";

/// Where no client may: the guard says it all.
#[api_key(scope = "introspect")]
pub(super) async fn by_api_key(State(auth): State<Auth>, form: Result<OAuthForm, OAuthError>) -> Response {
    answer(&auth, form).await
}

/// Where some client may. A client is no caller that a guard knows, so the handler asks for it.
#[public]
pub(super) async fn by_client_or_api_key(
    State(auth): State<Auth>,
    headers: HeaderMap,
    key: Result<Option<ApiKeyIdentity>, Rejection>,
    form: Result<OAuthForm, OAuthError>,
) -> Response {
    match key {
        Err(rejection) => return rejection.into_response(),
        Ok(Some(key)) if key.has_scope(SCOPE) => {}
        Ok(Some(_)) => return auth.reject(Refusal::InsufficientScope { scopes: vec![SCOPE] }).into_response(),
        Ok(None) => {
            if let Err(error) = client(&auth, &headers, &form) {
                return error.response(&auth);
            }
        }
    }
    answer(&auth, form).await
}

fn client(auth: &Auth, headers: &HeaderMap, form: &Result<OAuthForm, OAuthError>) -> Result<(), OAuthError> {
    let client = auth.client(headers, form.as_ref().map_err(|error| *error)?)?;
    if client.may_introspect() {
        return Ok(());
    }
    auth.record(&Event::ClientRefused);
    // Whoever needs no secret has shown nothing.
    Err(if client.has_secret() { OAuthError::may_not_introspect() } else { OAuthError::invalid_client() })
}

/// A guard's refusals in OAuth's form; who tried `Basic` is challenged by it as well (RFC 6749 section 5.2).
pub(super) async fn refusals(State(auth): State<Auth>, request: Request, next: Next) -> Response {
    let by_basic = credential::is_basic(request.headers());
    let response = OAuthError::instead_of(next.run(request).await);
    if by_basic && response.status() == StatusCode::UNAUTHORIZED { auth.challenge_by_basic(response) } else { response }
}

async fn answer(auth: &Auth, form: Result<OAuthForm, OAuthError>) -> Response {
    match introspected(auth, form).await {
        Ok(introspection) => (NO_STORE, Json(introspection)).into_response(),
        Err(error) => error.response(auth),
    }
}

async fn introspected(auth: &Auth, form: Result<OAuthForm, OAuthError>) -> Result<Introspection, OAuthError> {
    let form = form?;
    let token = form.secret("token")?.ok_or(OAuthError::invalid_request("token is missing"))?;
    form.text("token_type_hint")?;
    Ok(auth.introspect(token.expose_secret()).await?)
}

//! `POST /auth/introspect` (RFC 7662), for resource servers with an API key of scope `introspect`.

use auth_macros::api_key;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

use crate::Auth;
use crate::http::{Json, NO_STORE};
use crate::oauth::{Introspection, OAuthError, OAuthForm};

#[api_key(scope = "introspect")]
pub(super) async fn introspect(State(auth): State<Auth>, form: Result<OAuthForm, OAuthError>) -> Response {
    match introspected(&auth, form).await {
        Ok(introspection) => (NO_STORE, Json(introspection)).into_response(),
        Err(error) => error.response(&auth),
    }
}

async fn introspected(auth: &Auth, form: Result<OAuthForm, OAuthError>) -> Result<Introspection, OAuthError> {
    let form = form?;
    let token = form.secret("token")?.ok_or(OAuthError::invalid_request("token is missing"))?;
    form.text("token_type_hint")?;
    Ok(auth.introspect(token.expose_secret()).await?)
}

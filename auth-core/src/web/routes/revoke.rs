//! `POST /auth/revoke` (RFC 7009).

use auth_macros::public;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

use crate::base::Context;
use crate::service::Auth;
use crate::service::oauth::{ClientCredentials, OAuthError};
use crate::web::http::NO_STORE;
use crate::web::oauth::OAuthForm;

#[public]
pub(super) async fn revoke(
    State(auth): State<Auth>,
    context: Context,
    headers: HeaderMap,
    form: Result<OAuthForm, OAuthError>,
) -> Response {
    match revoked(&auth, &context, &headers, form).await {
        Ok(()) => (StatusCode::OK, NO_STORE).into_response(),
        Err(error) => error.response(&auth),
    }
}

/// A `token_type_hint` is not needed to distinguish the kinds of token, and a wrong one has no effect (section 2.1).
async fn revoked(
    auth: &Auth,
    context: &Context,
    headers: &HeaderMap,
    form: Result<OAuthForm, OAuthError>,
) -> Result<(), OAuthError> {
    let form = form?;
    let client = auth.client(context, ClientCredentials::read(headers, &form)).await?;
    let token = form.secret("token")?.ok_or(OAuthError::invalid_request("token is missing"))?;
    form.text("token_type_hint")?;
    auth.revoke(context, &client, token.expose_secret()).await
}

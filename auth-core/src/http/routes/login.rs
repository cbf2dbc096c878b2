//! `POST /auth/login` and `POST /auth/refresh`.

use auth_macros::public;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::no_store::NO_STORE;
use crate::Auth;
use crate::http::{Form, FormOrJson, Json, Rejection};
use crate::session::{Login, Tokens};

#[derive(Deserialize)]
pub(super) struct LoginForm {
    username: String,
    password: SecretString,
    scope: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RefreshBody {
    refresh_token: SecretString,
}

/// RFC 6749 section 5.1.
#[derive(Serialize)]
struct TokenResponse<'a> {
    access_token: &'a str,
    refresh_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    scope: &'a str,
}

#[public]
pub(super) async fn login(
    State(auth): State<Auth>,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Result<Response, Rejection> {
    let mut login = Login::new(form.username, form.password);
    login.scope = form.scope;
    login.agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).map(str::to_owned);
    let tokens = auth.login(login).await.map_err(|refusal| auth.reject(refusal))?;
    Ok(token_response(&tokens))
}

#[public]
pub(super) async fn refresh(
    State(auth): State<Auth>,
    FormOrJson(body): FormOrJson<RefreshBody>,
) -> Result<Response, Rejection> {
    use secrecy::ExposeSecret;
    let tokens = auth.refresh(body.refresh_token.expose_secret()).await;
    Ok(token_response(&tokens.map_err(|refusal| auth.reject(refusal))?))
}

fn token_response(tokens: &Tokens) -> Response {
    let body = TokenResponse {
        access_token: tokens.access.expose(),
        refresh_token: tokens.refresh.expose(),
        token_type: "bearer",
        expires_in: tokens.expires_in,
        scope: &tokens.scope,
    };
    (NO_STORE, Json(body)).into_response()
}

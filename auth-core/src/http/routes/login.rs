//! `POST /auth/login` and `POST /auth/refresh`.

use auth_macros::public;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;

use super::token_response::token_response;
use crate::Auth;
use crate::http::{Form, FormOrJson, Rejection};
use crate::session::Login;

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
    Ok(token_response(&tokens, Some(&tokens.scope)))
}

#[public]
pub(super) async fn refresh(
    State(auth): State<Auth>,
    FormOrJson(body): FormOrJson<RefreshBody>,
) -> Result<Response, Rejection> {
    use secrecy::ExposeSecret;
    let tokens = auth.refresh(body.refresh_token.expose_secret()).await;
    let tokens = tokens.map_err(|refusal| auth.reject(refusal))?;
    Ok(token_response(&tokens, Some(&tokens.scope)))
}

//! `POST /auth/login` and `POST /auth/refresh`.

use auth_macros::public;
use axum::extract::State;
use axum::response::Response;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::token_response::token_response;
use crate::base::Context;
use crate::service::Auth;
use crate::service::session::{Login, TokenRequest};
use crate::web::Refusal;
use crate::web::extract::TokenProof;
use crate::web::http::FormOrJson;

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
    context: Context,
    TokenProof(proof): TokenProof,
    FormOrJson(form): FormOrJson<LoginForm>,
) -> Result<Response, Refusal> {
    let mut login = Login::new(form.username, form.password);
    login.scope = form.scope;
    let tokens = auth.login_with(&context, login, proof?.as_ref()).await?;
    Ok(token_response(&tokens, Some(&tokens.scope)))
}

#[public]
pub(super) async fn refresh(
    State(auth): State<Auth>,
    context: Context,
    TokenProof(proof): TokenProof,
    FormOrJson(body): FormOrJson<RefreshBody>,
) -> Result<Response, Refusal> {
    let proof = proof?;
    let request = TokenRequest::own(proof.as_ref());
    let tokens = auth.refresh_as(&context, request, body.refresh_token.expose_secret(), None).await?;
    Ok(token_response(&tokens, Some(&tokens.scope)))
}

//! `POST /auth/login` and `POST /auth/refresh`.

use auth_macros::public;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;

use super::token_response::token_response;
use crate::service::Auth;
use crate::service::session::{Grantee, Login};
use crate::web::extract::TokenProof;
use crate::web::http::{Form, FormOrJson, Rejection};

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
    TokenProof(proof): TokenProof,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Result<Response, Rejection> {
    let mut login = Login::new(form.username, form.password);
    login.scope = form.scope;
    login.agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).map(str::to_owned);
    let proof = proof.map_err(|refusal| auth.reject(refusal))?;
    let tokens = auth.login_with(login, proof.as_ref()).await.map_err(|refusal| auth.reject(refusal))?;
    Ok(token_response(&tokens, Some(&tokens.scope)))
}

#[public]
pub(super) async fn refresh(
    State(auth): State<Auth>,
    TokenProof(proof): TokenProof,
    FormOrJson(body): FormOrJson<RefreshBody>,
) -> Result<Response, Rejection> {
    use secrecy::ExposeSecret;
    let proof = proof.map_err(|refusal| auth.reject(refusal))?;
    let tokens = auth.refresh_as(Grantee::own(proof.as_ref()), body.refresh_token.expose_secret(), None).await;
    let tokens = tokens.map_err(|refusal| auth.reject(refusal))?;
    Ok(token_response(&tokens, Some(&tokens.scope)))
}

//! `POST /auth/login` and `POST /auth/refresh`.

use auth_macros::public;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::token_response::again;
use crate::base::Context;
use crate::service::{Auth, Login, TokenProof, Tokens};
use crate::web::Refusal;
use crate::web::browser::RefreshCookie;
use crate::web::http::FormOrJson;

#[derive(Deserialize)]
pub(super) struct LoginForm {
    username: String,
    password: SecretString,
    scope: Option<String>,
    otp: Option<SecretString>,
}

#[derive(Deserialize)]
pub(super) struct RefreshBody {
    refresh_token: SecretString,
}

#[public]
pub(super) async fn login(
    State(auth): State<Auth>,
    context: Context,
    proof: TokenProof,
    FormOrJson(form): FormOrJson<LoginForm>,
) -> Result<Tokens, Refusal> {
    let mut login = Login::new(form.username, form.password).proof(proof);
    (login.scope, login.otp) = (form.scope, form.otp);
    Ok(auth.login(&context, login).await?)
}

#[public]
pub(super) async fn refresh(
    State(auth): State<Auth>,
    context: Context,
    proof: TokenProof,
    FormOrJson(body): FormOrJson<RefreshBody>,
) -> Result<Tokens, Refusal> {
    Ok(auth.refresh_with(&context, body.refresh_token.expose_secret(), &proof).await?)
}

/// As [`refresh`], in browser mode: the token is in the cookie, or in the body.
#[public]
pub(super) async fn refresh_by_cookie(
    State(auth): State<Auth>,
    context: Context,
    proof: TokenProof,
    cookie: RefreshCookie,
    request: Request,
) -> Result<Response, Refusal> {
    let tokens = match cookie {
        RefreshCookie::Renewed(tokens) => return Ok(again(tokens)),
        RefreshCookie::Token(token) => auth.refresh_with(&context, token.as_str(), &proof).await?,
        RefreshCookie::Missing => {
            let FormOrJson(body) = FormOrJson::<RefreshBody>::from_request(request, &auth).await?;
            auth.refresh_with(&context, body.refresh_token.expose_secret(), &proof).await?
        }
    };
    Ok(tokens.into_response())
}

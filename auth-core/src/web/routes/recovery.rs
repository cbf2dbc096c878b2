//! `/auth/password/forgot`, `/auth/password/reset`, `/auth/email/verify`, `/auth/email/verification`, `/auth/magic-link`,
//! `/auth/magic-link/login`, `/auth/login-code` and `/auth/login-code/login`.

use auth_macros::{public, require_auth};
use axum::extract::State;
use axum::http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::base::Context;
use crate::service::{Auth, CodeLogin, MagicLinkLogin, TokenProof, Tokens, user_of};
use crate::verify::Identity;
use crate::web::Refusal;
use crate::web::http::{FormOrJson, Json, NoStore};

#[derive(Deserialize)]
pub(super) struct AddressBody {
    email: String,
}

#[derive(Deserialize)]
pub(super) struct ResetBody {
    token: SecretString,
    new_password: SecretString,
}

#[derive(Deserialize)]
pub(super) struct VerifyBody {
    token: SecretString,
}

#[derive(Deserialize)]
pub(super) struct LinkBody {
    token: SecretString,
    scope: Option<String>,
    otp: Option<SecretString>,
}

/// The answer is the same whether there is such a user.
#[public]
pub(super) async fn forgot(
    State(auth): State<Auth>,
    context: Context,
    FormOrJson(body): FormOrJson<AddressBody>,
) -> Result<StatusCode, Refusal> {
    auth.request_password_reset(&context, &body.email).await?;
    Ok(StatusCode::ACCEPTED)
}

#[public]
pub(super) async fn reset(
    State(auth): State<Auth>,
    context: Context,
    Json(body): Json<ResetBody>,
) -> Result<StatusCode, Refusal> {
    auth.reset_password(&context, body.token.expose_secret(), body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[public]
pub(super) async fn verify(
    State(auth): State<Auth>,
    context: Context,
    Json(body): Json<VerifyBody>,
) -> Result<StatusCode, Refusal> {
    auth.verify_email(&context, body.token.expose_secret()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Another message to the caller's address.
#[require_auth]
pub(super) async fn verification(
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
) -> Result<StatusCode, Refusal> {
    auth.request_email_verification(&context, user_of(&identity)?).await?;
    Ok(StatusCode::ACCEPTED)
}

/// The answer is the same whether there is such a user.
#[public]
pub(super) async fn magic_link(
    State(auth): State<Auth>,
    context: Context,
    FormOrJson(body): FormOrJson<AddressBody>,
) -> Result<StatusCode, Refusal> {
    auth.request_magic_link(&context, &body.email).await?;
    Ok(StatusCode::ACCEPTED)
}

#[public]
pub(super) async fn magic_link_login(
    State(auth): State<Auth>,
    context: Context,
    proof: TokenProof,
    Json(body): Json<LinkBody>,
) -> Result<Tokens, Refusal> {
    let mut login = MagicLinkLogin::new(body.token).proof(proof);
    (login.scope, login.otp) = (body.scope, body.otp);
    Ok(auth.magic_link_login(&context, login).await?)
}

#[derive(Deserialize)]
pub(super) struct CodeBody {
    challenge: SecretString,
    code: SecretString,
    scope: Option<String>,
    otp: Option<SecretString>,
}

#[derive(Serialize)]
pub(super) struct Challenge {
    challenge: String,
}

/// The answer is alike whether there is such a user.
#[public]
pub(super) async fn login_code(
    State(auth): State<Auth>,
    context: Context,
    FormOrJson(body): FormOrJson<AddressBody>,
) -> Result<(StatusCode, NoStore, Json<Challenge>), Refusal> {
    let challenge = auth.request_login_code(&context, &body.email).await?;
    Ok((StatusCode::ACCEPTED, NoStore, Json(Challenge { challenge: challenge.expose().to_owned() })))
}

#[public]
pub(super) async fn login_code_login(
    State(auth): State<Auth>,
    context: Context,
    proof: TokenProof,
    FormOrJson(body): FormOrJson<CodeBody>,
) -> Result<Tokens, Refusal> {
    let mut login = CodeLogin::new(body.challenge, body.code).proof(proof);
    (login.scope, login.otp) = (body.scope, body.otp);
    Ok(auth.login_by_code(&context, login).await?)
}

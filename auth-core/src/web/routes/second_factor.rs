//! `/auth/mfa/totp`, `/auth/mfa/totp/confirm` and `/auth/step-up`.

use auth_macros::require_auth;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::base::Context;
use crate::service::{Auth, StepUp, SteppedUp};
use crate::verify::Identity;
use crate::web::Refusal;
use crate::web::http::{FormOrJson, Json, NO_STORE};

#[derive(Serialize)]
struct Enrolment<'a> {
    secret: &'a str,
    uri: &'a str,
}

#[derive(Deserialize)]
pub(super) struct CodeBody {
    #[serde(alias = "otp")]
    code: SecretString,
}

#[derive(Serialize)]
struct Recovery<'a> {
    recovery_codes: Vec<&'a str>,
}

#[derive(Deserialize)]
pub(super) struct StepUpForm {
    password: Option<SecretString>,
    otp: Option<SecretString>,
}

#[require_auth]
pub(super) async fn enrol(State(auth): State<Auth>, context: Context, identity: Identity) -> Result<Response, Refusal> {
    let enrolment = auth.enrol_totp(&context, &identity).await?;
    let body = Enrolment { secret: enrolment.secret.expose_secret(), uri: enrolment.uri.expose_secret() };
    Ok((NO_STORE, Json(body)).into_response())
}

#[require_auth]
pub(super) async fn confirm(
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
    FormOrJson(body): FormOrJson<CodeBody>,
) -> Result<Response, Refusal> {
    let recovery = auth.confirm_totp(&context, &identity, body.code).await?;
    let recovery_codes = recovery.codes.iter().map(ExposeSecret::expose_secret).collect();
    Ok((NO_STORE, Json(Recovery { recovery_codes })).into_response())
}

/// The body is optional: a client without one has a session that authenticated by the second factor.
#[require_auth]
pub(super) async fn remove(
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
    body: Option<FormOrJson<CodeBody>>,
) -> Result<StatusCode, Refusal> {
    let code = body.map(|FormOrJson(body)| body.code);
    auth.remove_totp(&context, &identity, code).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[require_auth]
pub(super) async fn step_up(
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
    FormOrJson(form): FormOrJson<StepUpForm>,
) -> Result<SteppedUp, Refusal> {
    let mut step_up = StepUp::default();
    (step_up.password, step_up.otp) = (form.password, form.otp);
    Ok(auth.step_up(&context, &identity, step_up).await?)
}

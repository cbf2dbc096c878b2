//! `POST /auth/register`.

use auth_macros::public;
use axum::extract::State;
use axum::http::StatusCode;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::base::{Context, Email, SubjectId};
use crate::service::Auth;
use crate::service::session::Registration;
use crate::web::Refusal;
use crate::web::http::Json;

#[derive(Deserialize)]
pub(super) struct RegisterBody {
    email: String,
    password: SecretString,
}

#[derive(Serialize)]
pub(super) struct RegisteredUser {
    id: SubjectId,
    email: Email,
    role: Option<Box<str>>,
    is_active: bool,
}

#[public]
pub(super) async fn register(
    State(auth): State<Auth>,
    context: Context,
    Json(body): Json<RegisterBody>,
) -> Result<(StatusCode, Json<RegisteredUser>), Refusal> {
    let roles = &auth.service()?.new_user_roles;
    let mut registration = Registration::new(body.email, body.password);
    registration.roles.clone_from(roles);
    let (id, email) = auth.register(&context, registration).await?;
    let role = roles.first().cloned();
    Ok((StatusCode::CREATED, Json(RegisteredUser { id, email, role, is_active: true })))
}

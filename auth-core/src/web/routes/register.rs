//! `POST /auth/register`.

use auth_macros::public;
use axum::extract::State;
use axum::http::StatusCode;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::base::{Email, SubjectId};
use crate::service::Auth;
use crate::service::session::Registration;
use crate::web::http::{Json, Rejection};

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
    Json(body): Json<RegisterBody>,
) -> Result<(StatusCode, Json<RegisteredUser>), Rejection> {
    let mut registration = Registration::new(body.email, body.password);
    registration.roles.clone_from(&auth.0.new_user_roles);
    let (id, email) = auth.register(registration).await.map_err(|refusal| auth.reject(refusal))?;
    let role = auth.0.new_user_roles.first().cloned();
    Ok((StatusCode::CREATED, Json(RegisteredUser { id, email, role, is_active: true })))
}

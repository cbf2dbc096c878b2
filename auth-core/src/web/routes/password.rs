//! `POST /auth/password`.

use auth_macros::require_auth;
use axum::extract::State;
use axum::http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;

use crate::service::Auth;
use crate::verify::Identity;
use crate::web::http::{Json, Rejection};

#[derive(Deserialize)]
pub(super) struct ChangeBody {
    current_password: SecretString,
    new_password: SecretString,
}

#[require_auth]
pub(super) async fn change(
    State(auth): State<Auth>,
    identity: Identity,
    Json(body): Json<ChangeBody>,
) -> Result<StatusCode, Rejection> {
    auth.change_password(&identity, body.current_password, body.new_password)
        .await
        .map(|()| StatusCode::NO_CONTENT)
        .map_err(|refusal| auth.reject(refusal))
}

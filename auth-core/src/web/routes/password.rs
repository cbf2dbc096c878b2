//! `POST /auth/password`.

use auth_macros::require_auth;
use axum::extract::State;
use secrecy::SecretString;
use serde::Deserialize;

use crate::base::Context;
use crate::service::{Auth, Tokens};
use crate::verify::Identity;
use crate::web::Refusal;
use crate::web::http::Json;

#[derive(Deserialize)]
pub(super) struct ChangeBody {
    current_password: SecretString,
    new_password: SecretString,
}

#[require_auth]
pub(super) async fn change(
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
    Json(body): Json<ChangeBody>,
) -> Result<Tokens, Refusal> {
    Ok(auth.change_password(&context, &identity, body.current_password, body.new_password).await?)
}

//! `POST /auth/password`.

use auth_macros::require_auth;
use axum::extract::State;
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;

use super::token_response::token_response;
use crate::base::Context;
use crate::service::Auth;
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
) -> Result<Response, Refusal> {
    let tokens = auth.change_password(&context, &identity, body.current_password, body.new_password).await?;
    Ok(token_response(&tokens, Some(&tokens.scope)))
}

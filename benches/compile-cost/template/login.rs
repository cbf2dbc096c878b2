//! The login of the plain crates, which issues the tokens that their extractors verify.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordVerifier};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jsonwebtoken::{Header, encode};
use serde::{Deserialize, Serialize};

use crate::app::App;

#[derive(Deserialize)]
pub struct Login {
    pub email: String,
    pub password: String,
}

#[derive(Serialize)]
pub struct Issued {
    pub access_token: String,
}

pub async fn login(State(app): State<App>, Json(login): Json<Login>) -> Result<Json<Issued>, StatusCode> {
    let known = app.auth.user(&login.email).ok_or(StatusCode::UNAUTHORIZED)?;
    let hash = PasswordHash::new(&known.hash).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Argon2::default().verify_password(login.password.as_bytes(), &hash).map_err(|_| StatusCode::UNAUTHORIZED)?;
    let issued = encode(&Header::default(), &known.user, app.auth.encoding());
    issued.map(|access_token| Json(Issued { access_token })).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

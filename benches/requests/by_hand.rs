//! The usual approach: an extractor on `jsonwebtoken` with a prepared key and rules.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::routing::get;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;

use crate::tokens::{AUDIENCE, ISSUER, SECRET};

#[derive(Clone)]
struct Verifier(Arc<(DecodingKey, Validation)>);

#[derive(Deserialize)]
#[allow(dead_code, reason = "read from the token, as an application would")]
pub(crate) struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: u64,
    iat: u64,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    roles: Vec<String>,
}

struct Caller(#[allow(dead_code, reason = "a handler would use it")] Claims);

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let Verifier(verifier) = Verifier::from_ref(state);
        let (key, validation) = &*verifier;
        let value = parts.headers.get(header::AUTHORIZATION).ok_or(StatusCode::UNAUTHORIZED)?;
        let token = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
        let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
        let data = decode::<Claims>(token, key, validation).map_err(|_| StatusCode::UNAUTHORIZED)?;
        Ok(Self(data.claims))
    }
}

async fn me(_caller: Caller) -> &'static str {
    "ok"
}

pub(crate) fn validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation
}

pub(crate) fn router() -> Router {
    let validation = validation(Algorithm::HS256);
    let verifier = Verifier(Arc::new((DecodingKey::from_secret(SECRET.as_bytes()).unwrap(), validation)));
    Router::new().route("/me", get(me)).with_state(verifier)
}

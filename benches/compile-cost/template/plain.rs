//! What every handler of the plain crate needs: extractors written by hand, once.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

use crate::app::App;

#[derive(Clone)]
pub struct Verifier(Arc<(DecodingKey, Validation)>);

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    User,
    Moderator,
    Admin,
}

#[derive(Clone, Debug, Deserialize)]
pub struct User {
    pub sub: String,
    pub role: Role,
    pub scope: String,
}

impl User {
    pub fn require_role(&self, role: Role) -> Result<(), StatusCode> {
        if self.role >= role { Ok(()) } else { Err(StatusCode::FORBIDDEN) }
    }

    pub fn require_scope(&self, scope: &str) -> Result<(), StatusCode> {
        if self.scope.split(' ').any(|held| held == scope) { Ok(()) } else { Err(StatusCode::FORBIDDEN) }
    }
}

pub struct CurrentUser(pub User);

impl<S> FromRequestParts<S> for CurrentUser
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
        let data = decode::<User>(token, key, validation).map_err(|_| StatusCode::UNAUTHORIZED)?;
        Ok(Self(data.claims))
    }
}

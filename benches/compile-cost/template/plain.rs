//! Shared by every handler of the plain crate: hand-written extractors.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use jsonwebtoken::{DecodingKey, EncodingKey, Validation, decode};
use serde::{Deserialize, Serialize};

use crate::app::App;

#[derive(Clone)]
pub struct Verifier(Arc<Held>);

struct Held {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    users: HashMap<String, Known>,
}

pub struct Known {
    pub user: User,
    pub hash: String,
}

impl Verifier {
    pub fn user(&self, email: &str) -> Option<&Known> {
        self.0.users.get(email)
    }

    pub fn encoding(&self) -> &EncodingKey {
        &self.0.encoding
    }
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    User,
    Moderator,
    Admin,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
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
        let Verifier(held) = Verifier::from_ref(state);
        let value = parts.headers.get(header::AUTHORIZATION).ok_or(StatusCode::UNAUTHORIZED)?;
        let token = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
        let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
        let data = decode::<User>(token, &held.decoding, &held.validation).map_err(|_| StatusCode::UNAUTHORIZED)?;
        Ok(Self(data.claims))
    }
}

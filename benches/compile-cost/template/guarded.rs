//! Shared by every handler of the guarded crate: roles and user.

use auth_core::prelude::*;
use auth_core::store::StoreError;
use axum::extract::FromRef;

use crate::app::App;

pub type Verifier = Auth;

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    User,
    #[role(includes(User))]
    Moderator,
    #[role(includes(Moderator))]
    Admin,
}

#[derive(Clone, Debug)]
pub struct User {
    pub sub: String,
}

impl FromSubject<App> for User {
    async fn from_subject(identity: &Identity, _app: &App) -> Result<Option<Self>, StoreError> {
        Ok(Some(Self { sub: identity.subject().to_string() }))
    }
}

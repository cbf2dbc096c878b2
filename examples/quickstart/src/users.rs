//! Users: the caller's own account, the list, and changes.

use auth_core::http::{Json, PageQuery, Paged, Path};
use auth_core::prelude::*;
use auth_core::store::{Account, AccountPatch, StoreError};
use auth_core::{AccountError, Context, Email, Refusal};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::{App, Role};

/// A user in responses.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct User {
    id: SubjectId,
    email: Email,
    /// `None` for a role that this version of the service does not have: it grants nothing.
    role: Option<Role>,
    is_active: bool,
}

impl From<Account> for User {
    fn from(account: Account) -> Self {
        let role = account.roles.first().and_then(|name| name.parse().ok());
        Self { id: account.id, email: account.email, role, is_active: account.active }
    }
}

impl User {
    fn is(&self, role: Role) -> bool {
        self.role.is_some_and(|held| held.includes(role))
    }
}

impl FromSubject<App> for User {
    async fn from_subject(identity: &Identity, app: &App) -> Result<Option<Self>, StoreError> {
        match app.auth.account(identity.subject()).await {
            Ok(account) => Ok(Some(account.into())),
            Err(AccountError::NotFound { .. }) => Ok(None),
            Err(error) => Err(StoreError::unavailable(error)),
        }
    }
}

#[require_auth]
pub(crate) async fn me(CurrentUser(user): CurrentUser<User>) -> Json<User> {
    Json(user)
}

#[require_role(Moderator)]
pub(crate) async fn list(State(auth): State<Auth>, page: PageQuery<SubjectId>) -> Result<Paged<User>, Refusal> {
    let accounts = auth.accounts(page.after.as_ref(), page.limit + 1).await?;
    Ok(page.respond(accounts, |account| account.id.clone()).map(User::from))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patch {
    email: Option<Email>,
    role: Option<Role>,
    is_active: Option<bool>,
}

#[require_auth]
#[authorize(user.id == id || user.is(Role::Admin))]
pub(crate) async fn edit(
    CurrentUser(user): CurrentUser<User>,
    Path(id): Path<SubjectId>,
    State(auth): State<Auth>,
    context: Context,
    Json(patch): Json<Patch>,
) -> Result<Json<User>, Refusal> {
    let for_admins = patch.role.is_some() || patch.is_active.is_some();
    if for_admins && !user.is(Role::Admin) {
        return Err(Refusal::Forbidden);
    }
    let patch = AccountPatch {
        email: patch.email,
        roles: patch.role.map(|role| vec![role.name().into()]),
        active: patch.is_active,
        ..AccountPatch::default()
    };
    let account = auth.update_account(&context, &id, patch).await?;
    Ok(Json(account.into()))
}

#[require_role(Admin, Moderator)]
pub(crate) async fn remove(
    CurrentUser(user): CurrentUser<User>,
    Path(id): Path<SubjectId>,
    State(auth): State<Auth>,
    context: Context,
) -> Result<StatusCode, Refusal> {
    let other: User = auth.account(&id).await?.into();
    // A moderator cannot remove a user whose role includes more.
    if other.role.is_some_and(|role| !user.is(role)) {
        return Err(Refusal::Forbidden);
    }
    auth.remove_account(&context, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

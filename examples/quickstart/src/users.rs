//! Users: the caller's own account, the list, and changes.

use auth_core::http::{Json, PageQuery, Paged, Path};
use auth_core::prelude::*;
use auth_core::store::{Account, AccountPatch, StoreError};
use auth_core::{AccountError, Context, Email, Refusal};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{App, Role};

/// A user in responses.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct User {
    #[schema(value_type = String)]
    id: SubjectId,
    #[schema(value_type = String)]
    email: Email,
    /// `None` for a role that this version of the service does not have: it grants nothing.
    #[schema(value_type = Option<String>)]
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

/// The caller.
#[require_auth]
#[utoipa::path(get, path = "/users/me", tag = "users", responses((status = 200, body = User)))]
pub(crate) async fn me(CurrentUser(user): CurrentUser<User>) -> Json<User> {
    Json(user)
}

/// Lists the users; `Link` with `rel="next"` leads to the next page.
#[require_role(Moderator)]
#[utoipa::path(get, path = "/users", tag = "users",
    params(("limit" = Option<u32>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = [User])))]
pub(crate) async fn list(State(auth): State<Auth>, page: PageQuery<SubjectId>) -> Result<Paged<User>, Refusal> {
    let accounts = auth.accounts(page.after.as_ref(), page.limit + 1).await?;
    Ok(page.respond(accounts, |account| account.id.clone()).map(User::from))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patch {
    #[schema(value_type = Option<String>)]
    email: Option<Email>,
    /// Admins alone may change it.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// Admins alone may change it.
    is_active: Option<bool>,
}

/// Changes a user.
#[require_auth]
#[authorize(user.id == id || user.is(Role::Admin))]
#[utoipa::path(patch, path = "/users/{id}", tag = "users", request_body = Patch, responses(
    (status = 200, body = User),
    (status = 404, description = "There is no such user"),
    (status = 409, description = "The address is taken, or this is the last admin"),
    (status = 413, description = "The body is too large"),
    (status = 415, description = "The body is not JSON"),
    (status = 422, description = "A value in the body cannot be used"),
))]
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

/// Removes a user.
#[require_role(Admin, Moderator)]
#[utoipa::path(delete, path = "/users/{id}", tag = "users", responses(
    (status = 204, description = "The user is removed; its tokens are not valid any more"),
    (status = 404, description = "There is no such user"),
    (status = 409, description = "This is the last admin"),
))]
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

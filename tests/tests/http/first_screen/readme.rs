use auth_core::prelude::*;
use auth_core::store::AccountPatch;
use auth_core::{Context, Email, Refusal};
use axum::extract::{Path, State};
use axum::{Json, Router};

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    User,
    #[role(includes(User))]
    Moderator,
    #[role(includes(Moderator))]
    Admin,
}

#[require_auth]
async fn me(identity: Identity) -> String {
    identity.subject().to_string()
}

#[require_role(Admin, Moderator)] // any of them, or a role that includes one
async fn delete_user(Path(id): Path<SubjectId>, State(auth): State<Auth>, context: Context) -> Result<(), Refusal> {
    Ok(auth.remove_account(&context, &id).await?)
}

#[require_auth]
#[authorize(*identity.subject() == id || identity.has_role(Role::Admin))] // plain Rust, over the handler's own parameters
async fn edit_user(
    identity: Identity,
    Path(id): Path<SubjectId>,
    State(auth): State<Auth>,
    context: Context,
    Json(email): Json<Email>, // read only after the condition held
) -> Result<String, Refusal> {
    let patch = AccountPatch { email: Some(email), ..AccountPatch::default() };
    Ok(auth.update_account(&context, &id, patch).await?.email.to_string())
}

#[api_key(scope = "reports:read")]
async fn report(key: ApiKeyIdentity) -> String {
    format!("made for {}", key.name())
}

#[public]
async fn health() -> &'static str {
    "ok"
}

guard!(pub StaffOnDuty = all(role(Moderator), scope("duty"), fresh("10m"))); // a named policy, declared once

#[require(StaffOnDuty)]
async fn purge(guard: Guard<StaffOnDuty>) -> &'static str {
    delete_all(guard.proof())
}

fn delete_all(_by: &Proof<StaffOnDuty>) -> &'static str {
    "gone" // callable only with a proof that the policy is met
}

pub fn app(auth: Auth) -> Router {
    GuardedRouter::new() // accepts only guarded handlers
        .route("/users/me", get(me))
        .route("/users/{id}", delete(delete_user).patch(edit_user))
        .route("/reports", get(report))
        .route("/purge", post(purge))
        .route("/health", get(health))
        .merge(auth.routes()) // /auth/login, /auth/refresh, …
        .with_state(auth) // an axum::Router from here on
}

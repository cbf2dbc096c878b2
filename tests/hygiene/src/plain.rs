//! Every attribute once, in its usual form.

use axum::extract::Path;
use guards::prelude::*;
use guards::{GuardedRouter, Refusal, Rule};

/// The roles of a small service.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename_all = "kebab-case")]
pub enum Role {
    /// Any user.
    User,
    /// The moderator.
    #[role(includes(User))]
    Moderator,
    /// The administrator.
    #[role(includes(Moderator), rename = "root")]
    Admin,
}

guard!(
    /// Staff on duty.
    pub StaffOnDuty = all(role(Moderator), scope("duty"), fresh("10m"))
);
guard!(Careful = any(mfa, amr("hwk")));

/// Whether the caller may edit a document.
#[derive(Debug)]
pub struct CanEdit<'a>(&'a str);

impl Rule for CanEdit<'_> {
    async fn allows(&self, caller: &Principal) -> Result<bool, Refusal> {
        Ok(matches!(caller, Principal::Subject(identity) if identity.subject().as_str() == self.0))
    }
}

#[require_auth]
async fn me(identity: Identity) -> String {
    identity.subject().to_string()
}

#[require_auth(optional)]
async fn greet(identity: Option<Identity>) -> String {
    identity.map_or_else(String::new, |identity| identity.subject().to_string())
}

#[require_role(Admin, Role::Moderator)]
async fn users() {}

#[require_role(all(Moderator, not(Admin)))]
async fn moderators() {}

#[require_scope("reports:read", "reports:list")]
async fn reports() {}

#[api_key(scopes = ["reports:read"])]
async fn report(_: ApiKeyIdentity) {}

#[public]
async fn health() -> &'static str {
    "ok"
}

#[require(any(all(role(Admin), Careful), api_key))]
async fn purge() {}

#[require(StaffOnDuty)]
async fn queue() {}

async fn by_hand(guard: Guard<StaffOnDuty>) -> String {
    format!("{:?}", guard.proof())
}

#[require_auth]
#[authorize(identity.subject().as_str() == id)]
#[authorize(CanEdit(&id))]
async fn edit(identity: Identity, Path(id): Path<String>, body: String) -> Result<String, String> {
    if body.is_empty() { Err(id) } else { Ok(identity.subject().to_string()) }
}

/// The routes of this module.
pub fn routes() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/me", get(me).post(edit))
        .route("/greet", get(greet))
        .route("/users", get(users).post(moderators))
        .route("/reports", get(reports).post(report))
        .route("/health", get(health))
        .route("/queue", get(queue).post(by_hand).delete(purge))
}

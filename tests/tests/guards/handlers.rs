//! A handler for each row of the requirement language.

use auth_core::prelude::*;

use crate::service::Role;

guard!(pub(crate) StaffOnDuty = all(role(Moderator), scope("duty"), fresh("10m")));
guard!(pub(crate) Staff = role(Moderator));
guard!(OnDutyOrProgram = any(StaffOnDuty, all(api_key, scope("duty"))));

#[public]
pub(crate) async fn public_() {}

#[require_auth]
async fn auth_() {}

#[require(auth(optional))]
async fn optional(identity: Option<Identity>) -> &'static str {
    if identity.is_some() { "known" } else { "anonymous" }
}

#[api_key]
async fn api_key_() {}

#[require_role(Moderator, Guest)]
async fn role_() {}

#[require_scope("reports:read", "reports:list")]
async fn scope_() {}

#[api_key(scope = "reports:read")]
async fn key_scope() {}

#[require(fresh("10m"))]
async fn fresh_() {}

#[require(amr("hwk"))]
async fn amr_() {}

#[require(all(mfa, fresh("5m")))]
async fn careful() {}

#[require(any(auth, api_key))]
async fn either() {}

#[require(any(role(Admin), all(api_key, scope("admin"))))]
async fn any_() {}

#[require(all(role(Moderator), role(Guest)))]
async fn all_() {}

#[require(all(auth, not(role(Guest))))]
async fn not_() {}

#[require(any(all(auth, not(scope("read-only"))), all(api_key, not(scope("read-only")))))]
async fn not_read_only() {}

// `any` is not redundant: without it `not` would read access tokens only.
#[require(any(auth, api_key), not(scope("suspended")))]
async fn not_suspended() {}

#[require(StaffOnDuty)]
async fn named() {}

#[require(OnDutyOrProgram)]
async fn named_by_a_policy() {}

async fn by_hand(_: Guard<Staff>) {}

#[require_auth]
#[require_role(User)]
#[require_scope("reports:read")]
async fn stacked() {}

#[require_role(Moderator)]
mod guarded_module {
    use auth_core::prelude::*;

    pub(super) async fn inside() {}

    #[require_scope("duty")]
    pub(super) async fn inside_with_more() {}
}

struct Documents;

#[require_role(Moderator)]
#[expect(clippy::unused_async, reason = "a handler is async whether it waits or not")]
impl Documents {
    async fn list() {}
}

pub(crate) fn router() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/public", get(public_))
        .route("/auth", get(auth_))
        .route("/optional", get(optional))
        .route("/api-key", get(api_key_))
        .route("/role", get(role_))
        .route("/scope", get(scope_))
        .route("/key-scope", get(key_scope))
        .route("/fresh", get(fresh_))
        .route("/amr", get(amr_))
        .route("/careful", get(careful))
        .route("/either", get(either))
        .route("/any", get(any_))
        .route("/all", get(all_))
        .route("/not", get(not_))
        .route("/not-read-only", get(not_read_only))
        .route("/not-suspended", get(not_suspended))
        .route("/named", get(named))
        .route("/named-by-a-policy", get(named_by_a_policy))
        .route("/by-hand", get(by_hand))
        .route("/stacked", get(stacked))
        .route("/module", get(guarded_module::inside))
        .route("/module-more", get(guarded_module::inside_with_more))
        .route("/impl", get(Documents::list))
}

//! Each row of the requirement language: accepted, and refused with the exact status and challenge.

use std::time::Duration;

use auth_core::prelude::*;
use reqwest::Method;

use crate::handlers::router;
use crate::service::Role::{Admin, Guest, Moderator, User};
use crate::service::{INSUFFICIENT, INVALID, NOTHING, Role, Service, let_in, refused, refused_with_key};

async fn start() -> Service {
    Service::start(|auth| router().with_state(auth.clone())).await
}

#[tokio::test]
async fn public_accepts_every_request() {
    let service = start().await;
    assert_eq!(service.anonymously("/public").await, let_in());
    assert_eq!(service.with_token("/public", "no token at all").await, let_in());
}

#[tokio::test]
async fn auth_takes_a_valid_access_token() {
    let service = start().await;
    let (token, key) = (service.token(&[]).await, service.key(&[]).await);
    assert_eq!(service.with_token("/auth", &token).await, let_in());
    assert_eq!(service.anonymously("/auth").await, refused(401, NOTHING));
    assert_eq!(service.with_token("/auth", &format!("{token}x")).await, refused(401, INVALID));
    assert_eq!(service.with_key("/auth", &key).await, refused(401, INVALID));
    service.wait(Duration::from_hours(25));
    assert_eq!(service.with_token("/auth", &token).await, refused(401, INVALID));
}

#[tokio::test]
async fn optional_auth_takes_none_or_a_valid_access_token() {
    let service = start().await;
    let token = service.token(&[]).await;
    assert_eq!(service.anonymously("/optional").await, let_in());
    assert_eq!(service.get("/optional").bearer_auth(token).send().await.unwrap().text().await.unwrap(), "known");
    assert_eq!(service.with_token("/optional", "no token").await, refused(401, INVALID));
    // A client that sends its key expects to be identified by it, so it is not treated as anonymous.
    let key = service.key(&[]).await;
    assert_eq!(service.with_key("/optional", &key).await, refused(401, INVALID));
    assert_eq!(service.with_key("/optional", "ak_1_wrong").await, refused(401, INVALID));
}

#[tokio::test]
async fn api_key_takes_a_valid_key() {
    let service = start().await;
    let (token, key) = (service.token(&[]).await, service.key(&[]).await);
    assert_eq!(service.with_key("/api-key", &key).await, let_in());
    assert_eq!(service.anonymously("/api-key").await, refused_with_key(401, NOTHING));
    assert_eq!(service.with_key("/api-key", "ak_1_wrong").await, refused_with_key(401, INVALID));
    assert_eq!(service.with_token("/api-key", &token).await, refused_with_key(401, INVALID));
}

#[tokio::test]
async fn role_takes_one_of_them_or_one_that_includes_it() {
    let service = start().await;
    for (roles, answer) in [
        (vec![Moderator], let_in()),
        (vec![Admin], let_in()),
        (vec![Guest], let_in()),
        (vec![User], refused(403, INSUFFICIENT)),
        (vec![], refused(403, INSUFFICIENT)),
    ] {
        let token = service.token(&roles).await;
        assert_eq!(service.with_token("/role", &token).await, answer, "{roles:?}");
    }
    assert_eq!(service.anonymously("/role").await, refused(401, NOTHING));
}

#[tokio::test]
async fn scope_names_all_that_a_token_needs() {
    let service = start().await;
    let user = service.user(&[]).await;
    let needs = format!("{INSUFFICIENT}, scope=\"reports:read reports:list\"");
    for (scope, answer) in [
        ("reports:list other reports:read", let_in()),
        ("reports:read", refused(403, &needs)),
        ("reports:lis", refused(403, &needs)),
        ("", refused(403, &needs)),
    ] {
        let token = service.token_of(&user, "pwd", scope).await;
        assert_eq!(service.with_token("/scope", &token).await, answer, "{scope}");
    }
    assert_eq!(service.anonymously("/scope").await, refused(401, "scope=\"reports:read reports:list\""));
}

#[tokio::test]
async fn scope_beside_api_key_is_demanded_of_the_key() {
    let service = start().await;
    let (with, without) = (service.key(&["reports:read"]).await, service.key(&["reports:list"]).await);
    assert_eq!(service.with_key("/key-scope", &with).await, let_in());
    let needs = format!("{INSUFFICIENT}, scope=\"reports:read\"");
    assert_eq!(service.with_key("/key-scope", &without).await, refused(403, &needs));
    let user = service.user(&[]).await;
    let token = service.token_of(&user, "pwd", "reports:read").await;
    let both = service.get("/key-scope").bearer_auth(token).header("x-api-key", without).send().await.unwrap();
    assert_eq!(both.status(), 403, "a token's scope is not the key's");
}

#[tokio::test]
async fn fresh_takes_a_recent_authentication_or_asks_for_a_step_up() {
    let service = start().await;
    let token = service.token(&[]).await;
    service.wait(Duration::from_mins(10));
    assert_eq!(service.with_token("/fresh", &token).await, let_in());
    service.wait(Duration::from_secs(1));
    let step_up = "error=\"insufficient_user_authentication\", max_age=\"600\"";
    assert_eq!(service.with_token("/fresh", &token).await, refused(401, step_up));
    assert_eq!(service.anonymously("/fresh").await, refused(401, NOTHING));
}

#[tokio::test]
async fn amr_and_mfa_take_a_method_or_ask_for_a_step_up() {
    let service = start().await;
    let user = service.user(&[]).await;
    let by_key = service.token_of(&user, "pwd hwk", "").await;
    let by_password = service.token_of(&user, "pwd", "").await;
    assert_eq!(service.with_token("/amr", &by_key).await, let_in());
    let step_up = "error=\"insufficient_user_authentication\", acr_values=\"hwk\"";
    assert_eq!(service.with_token("/amr", &by_password).await, refused(401, step_up));

    let by_both = service.token_of(&user, "pwd mfa", "").await;
    assert_eq!(service.with_token("/careful", &by_both).await, let_in());
    service.wait(Duration::from_mins(6));
    let step_up = "error=\"insufficient_user_authentication\", max_age=\"300\", acr_values=\"mfa\"";
    assert_eq!(service.with_token("/careful", &by_password).await, refused(401, step_up));
}

#[tokio::test]
async fn either_credential_is_one_401_that_names_both_challenges() {
    let service = start().await;
    let (token, key) = (service.token(&[]).await, service.key(&[]).await);
    assert_eq!(service.with_token("/either", &token).await, let_in());
    assert_eq!(service.with_key("/either", &key).await, let_in());
    assert_eq!(service.anonymously("/either").await, refused_with_key(401, NOTHING));
    assert_eq!(service.with_token("/either", "bad").await, refused_with_key(401, INVALID));
    let one_bad = service.get("/either").bearer_auth(token).header("x-api-key", "ak_1_bad").send().await.unwrap();
    assert_eq!(one_bad.status(), 401, "a bad credential beside a good one is refused");
}

#[tokio::test]
async fn any_takes_one_alternative_and_names_the_one_within_reach() {
    let service = start().await;
    let (with, without) = (service.key(&["admin"]).await, service.key(&[]).await);
    assert_eq!(service.with_token("/any", &service.token(&[Admin]).await).await, let_in());
    assert_eq!(service.with_key("/any", &with).await, let_in());
    let needs = format!("{INSUFFICIENT}, scope=\"admin\"");
    // The scope is for an API key, which this caller has not sent: a scope alone would not help.
    assert_eq!(service.with_token("/any", &service.token(&[User]).await).await, refused(403, INSUFFICIENT));
    assert_eq!(service.with_key("/any", &without).await, refused(403, &needs));
    assert_eq!(service.anonymously("/any").await, refused_with_key(401, NOTHING));
}

#[tokio::test]
async fn all_takes_only_a_caller_that_meets_every_part() {
    let service = start().await;
    let both: [Role; 2] = [Admin, Guest];
    assert_eq!(service.with_token("/all", &service.token(&both).await).await, let_in());
    for one in both {
        assert_eq!(service.with_token("/all", &service.token(&[one]).await).await, refused(403, INSUFFICIENT));
    }
    assert_eq!(service.anonymously("/all").await, refused(401, NOTHING));
}

#[tokio::test]
async fn not_excludes_and_requires_a_known_caller() {
    let service = start().await;
    assert_eq!(service.with_token("/not", &service.token(&[User]).await).await, let_in());
    assert_eq!(service.with_token("/not", &service.token(&[Guest, Admin]).await).await, refused(403, INSUFFICIENT));
    assert_eq!(service.anonymously("/not").await, refused(401, NOTHING));
}

#[tokio::test]
async fn a_second_credential_does_not_lift_an_exclusion() {
    let service = start().await;
    let user = service.user(&[]).await;
    let (token, key) = (service.token_of(&user, "pwd", "read-only").await, service.key(&[]).await);
    assert_eq!(service.with_key("/not-read-only", &key).await, let_in());
    assert_eq!(service.with_token("/not-read-only", &token).await, refused(403, INSUFFICIENT));
    let both = service.get("/not-read-only").bearer_auth(token).header("x-api-key", key).send().await.unwrap();
    assert_eq!(both.status(), 403);
}

#[tokio::test]
async fn not_excludes_by_the_credentials_that_the_requirement_names() {
    let service = start().await;
    let user = service.user(&[]).await;
    let (good, bad) = (service.token(&[]).await, service.token_of(&user, "pwd", "suspended").await);
    let (good_key, bad_key) = (service.key(&[]).await, service.key(&["suspended"]).await);
    assert_eq!(service.with_token("/not-suspended", &good).await, let_in());
    assert_eq!(service.with_key("/not-suspended", &good_key).await, let_in());
    assert_eq!(service.with_token("/not-suspended", &bad).await, refused(403, INSUFFICIENT));
    assert_eq!(service.with_key("/not-suspended", &bad_key).await, refused(403, INSUFFICIENT));
    assert_eq!(service.anonymously("/not-suspended").await, refused_with_key(401, NOTHING));
}

#[tokio::test]
async fn a_named_policy_guards_by_attribute_and_by_extractor() {
    let service = start().await;
    let moderator = service.user(&[Moderator]).await;
    let (on_duty, off_duty) =
        (service.token_of(&moderator, "pwd", "duty").await, service.token_of(&moderator, "pwd", "").await);
    assert_eq!(service.with_token("/named", &on_duty).await, let_in());
    let needs = format!("{INSUFFICIENT}, scope=\"duty\"");
    assert_eq!(service.with_token("/named", &off_duty).await, refused(403, &needs));
    assert_eq!(service.with_token("/by-hand", &off_duty).await, let_in());
    assert_eq!(service.with_token("/by-hand", &service.token(&[]).await).await, refused(403, INSUFFICIENT));
    assert_eq!(service.anonymously("/by-hand").await, refused(401, NOTHING));
}

#[tokio::test]
async fn a_named_policy_inside_another_demands_the_same() {
    let service = start().await;
    let moderator = service.user(&[Moderator]).await;
    let (on_duty, off_duty) =
        (service.token_of(&moderator, "pwd", "duty").await, service.token_of(&moderator, "pwd", "").await);
    let needs = format!("{INSUFFICIENT}, scope=\"duty\"");
    assert_eq!(service.with_token("/named-by-a-policy", &on_duty).await, let_in());
    assert_eq!(service.with_token("/named-by-a-policy", &off_duty).await, refused(403, &needs));
    assert_eq!(service.with_key("/named-by-a-policy", &service.key(&["duty"]).await).await, let_in());
    assert_eq!(service.with_key("/named-by-a-policy", &service.key(&[]).await).await, refused(403, &needs));
    assert_eq!(service.anonymously("/named-by-a-policy").await, refused_with_key(401, NOTHING));
    service.wait(Duration::from_mins(11));
    let step_up = "error=\"insufficient_user_authentication\", max_age=\"600\"";
    assert_eq!(service.with_token("/named-by-a-policy", &on_duty).await, refused(401, step_up));
}

#[tokio::test]
async fn no_step_up_where_a_new_authentication_cannot_help() {
    let service = start().await;
    let token = service.token(&[User]).await;
    service.wait(Duration::from_mins(11));
    assert_eq!(service.with_token("/named", &token).await, refused(403, INSUFFICIENT));
}

#[tokio::test]
async fn stacked_attributes_must_all_be_met() {
    let service = start().await;
    let user = service.user(&[User]).await;
    let (all, no_scope) = (service.token_of(&user, "pwd", "reports:read").await, service.token(&[User]).await);
    let stranger = service.user(&[]).await;
    let no_role = service.token_of(&stranger, "pwd", "reports:read").await;
    assert_eq!(service.with_token("/stacked", &all).await, let_in());
    assert_eq!(service.with_token("/stacked", &no_role).await, refused(403, INSUFFICIENT));
    assert_eq!(service.with_token("/stacked", &no_scope).await.status, 403);
}

#[tokio::test]
async fn a_module_and_an_impl_block_guard_what_is_inside() {
    let service = start().await;
    let moderator = service.user(&[Moderator]).await;
    let (token, on_duty) =
        (service.token_of(&moderator, "pwd", "").await, service.token_of(&moderator, "pwd", "duty").await);
    let user = service.user(&[User]).await;
    let user = service.token_of(&user, "pwd", "duty").await;
    for path in ["/module", "/impl"] {
        assert_eq!(service.with_token(path, &token).await, let_in(), "{path}");
        assert_eq!(service.with_token(path, &user).await, refused(403, INSUFFICIENT), "{path}");
        assert_eq!(service.anonymously(path).await, refused(401, NOTHING), "{path}");
    }
    assert_eq!(service.with_token("/module-more", &on_duty).await, let_in());
    assert_eq!(service.with_token("/module-more", &token).await.status, 403);
    assert_eq!(service.with_token("/module-more", &user).await, refused(403, INSUFFICIENT));
}

#[require_auth]
#[authorize(body == "open")]
#[axum::debug_handler(state = Auth)]
async fn debugged(body: String) -> String {
    body
}

#[tokio::test]
async fn a_guard_works_above_debug_handler() {
    let app = |auth: &Auth| GuardedRouter::new().route("/debugged", post(debugged)).with_state(auth.clone());
    let service = Service::start(app).await;
    let token = service.token(&[]).await;
    let send = |body| service.request(Method::POST, "/debugged").body(body);
    assert_eq!(send("open").bearer_auth(&token).send().await.unwrap().text().await.unwrap(), "open");
    assert_eq!(send("shut").bearer_auth(&token).send().await.unwrap().status(), 403);
    assert_eq!(send("open").send().await.unwrap().status(), 401);
}

guard!(TokenAdmin = scope("admin"));

#[require(TokenAdmin)]
#[api_key]
async fn named_beside_a_key() {}

#[require_scope("admin")]
mod scoped {
    #[auth_core::api_key]
    pub(super) async fn keyed() {}
}

#[require(not(role(Guest)))]
mod without_guests {
    #[auth_core::api_key]
    pub(super) async fn keyed() {}
}

guard!(SuspendedKey = all(api_key, scope("suspended")));

#[require_auth]
mod without_suspended_keys {
    use super::SuspendedKey;

    #[auth_core::require(not(SuspendedKey))]
    pub(super) async fn negated() {}
}

struct Keyed;

#[require_scope("admin")]
impl Keyed {
    #[api_key]
    async fn handler() {
        std::future::ready(()).await;
    }
}

/// Each demands what its own requirement says: a token with the scope (or without the role), and an API key.
#[tokio::test]
async fn a_guard_around_a_handler_keeps_its_own_credentials() {
    let app = |auth: &Auth| {
        GuardedRouter::new()
            .route("/named", get(named_beside_a_key))
            .route("/module", get(scoped::keyed))
            .route("/guests", get(without_guests::keyed))
            .route("/negated", get(without_suspended_keys::negated))
            .route("/impl", get(Keyed::handler))
            .with_state(auth.clone())
    };
    let service = Service::start(app).await;
    let (user, guest) = (service.user(&[]).await, service.user(&[Guest]).await);
    let (admin, plain) = (service.token_of(&user, "pwd", "admin").await, service.token(&[]).await);
    let (key, admin_key) = (service.key(&[]).await, service.key(&["admin"]).await);
    let guest = service.token_of(&guest, "pwd", "").await;
    let both = async |path: &str, token: &str, key: &str| {
        service.get(path).bearer_auth(token).header("x-api-key", key).send().await.unwrap().status().as_u16()
    };
    for path in ["/named", "/module", "/impl"] {
        assert_eq!(service.with_key(path, &admin_key).await.status, 401, "{path}: a key is no token");
        assert_eq!(service.with_token(path, &admin).await.status, 401, "{path}: the key is missing");
        assert_eq!(both(path, &plain, &admin_key).await, 403, "{path}: the scope is demanded of the token");
        assert_eq!(both(path, &admin, &key).await, 200, "{path}");
    }
    assert_eq!(service.with_key("/guests", &key).await.status, 401);
    assert_eq!(both("/guests", &guest, &key).await, 403);
    assert_eq!(both("/guests", &plain, &key).await, 200);
    let suspended = service.key(&["suspended"]).await;
    assert_eq!(service.with_token("/negated", &plain).await.status, 401, "the negation is about a key");
    assert_eq!(both("/negated", &plain, &suspended).await, 403);
    assert_eq!(both("/negated", &plain, &key).await, 200);
}

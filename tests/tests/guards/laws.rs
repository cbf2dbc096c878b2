//! Policy laws, the lock by meaning, and questions, over real routers.

use std::panic::{AssertUnwindSafe, catch_unwind};

use auth_core::analysis::{ChangeKind, PolicySnapshot, Reach};
use auth_core::prelude::*;
use auth_core::testing::{all, api_key, fresh, laws, no_wider_than, policy_lock, role, scope};

use crate::changes::{guarded, included};
use crate::handlers::StaffOnDuty;
use crate::service::Role;

fn message(held: impl FnOnce()) -> String {
    catch_unwind(AssertUnwindSafe(held)).expect_err("it was held").downcast_ref::<String>().unwrap().clone()
}

guard!(Staff = role(Moderator));

#[test]
fn a_lock_of_an_earlier_version_is_read_with_a_note() {
    let table = guarded!(
        #[require_role(Moderator)]
        ()
    )
    .policy();
    let old: PolicySnapshot = "GET /it: role(Moderator) [app::it]\n".parse().unwrap();
    let diff = old.diff(&table.snapshot());
    assert_eq!(diff.changes[0].kind, ChangeKind::Same);
    assert!(diff.to_string().contains("note: the old table does not say which roles include others"), "{diff}");
    for wrong in ["GET /it", "GET /it: role(Moderator", "/it: auth [x]", "GET /it: auth", "{}"] {
        let error = wrong.parse::<PolicySnapshot>().unwrap_err().to_string();
        assert!(error.starts_with("not a policy table: line 1: "), "{error}");
    }
}

#[test]
fn the_lock_fails_with_the_meaning_and_only_a_widening_is_wider() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.lock");
    let moderators = guarded!(
        #[require_role(Moderator)]
        ()
    )
    .policy();
    std::fs::write(&file, moderators.lock()).unwrap();
    no_wider_than(&moderators, &file);

    let admins = guarded!(
        #[require_role(Admin)]
        ()
    )
    .policy();
    no_wider_than(&admins, &file);
    let narrower = message(|| policy_lock(&admins, &file));
    assert!(
        narrower.contains("\nNARROWER GET /it: role(Admin) (was role(Moderator)); no longer allowed: "),
        "{narrower}"
    );

    let anyone = guarded!(
        #[public]
        ()
    )
    .policy();
    let wider = message(|| no_wider_than(&anyone, &file));
    assert!(wider.contains("\nWIDER GET /it: public (was role(Moderator)); now allowed: a caller without"), "{wider}");
    assert!(wider.contains("UPDATE_POLICY_LOCK=1"), "{wider}");

    std::fs::write(&file, "no table").unwrap();
    assert!(message(|| no_wider_than(&moderators, &file)).contains("is not a policy table: line 1"));
    assert!(message(|| no_wider_than(&moderators, folder.path().join("none"))).contains("cannot read"));
}

#[test]
fn laws_hold_of_the_requirement_language() {
    let table = crate::handlers::router().policy();
    laws(&table)
        .only("/module/**", role(Role::Moderator))
        .only("GET /named", StaffOnDuty::REQUIREMENT)
        .needs("/careful", fresh("5m"))
        .nobody_without(all([api_key(), scope("reports:read")]), "GET /key-scope")
        .never_public("/module-more")
        .no_unchecked_except([]);
    assert!(laws(&table).never_public("/auth").failures().is_empty());
}

#[test]
fn broken_laws_fail_together_with_route_place_and_witness() {
    #[require_auth]
    async fn show() {}
    #[require_role(Moderator)]
    async fn remove() {}
    let router: GuardedRouter<Auth> = GuardedRouter::new()
        .route("/users/{id}", get(show).delete(remove))
        .route("/health", get(crate::handlers::public_))
        .nest_unchecked("/metrics", axum::Router::new());
    let table = router.policy();
    let message = message(|| {
        laws(&table)
            .only("DELETE /users/**", role(Role::Admin))
            .needs("/users/**", fresh("10m"))
            .never_public("/**")
            .nobody_without(scope("users:read"), "GET /users/{id}")
            .only("/billing/**", role(Role::Admin))
            .no_unchecked_except("/static/*");
    });
    let place = format!("{}:", file!());
    for part in [
        "9 of the policy's laws are broken",
        "`DELETE /users/**`: only role(Admin): DELETE /users/{id} requires `role(Moderator)` (",
        "but it also lets in a subject with role `Moderator` and without role `Admin`",
        "`/users/**`: only fresh(\"10m\"): GET /users/{id} requires `auth`",
        "a subject that authenticated more than 10m ago",
        "`/**`: never public: GET /health requires `public`",
        "`/**`: never public: ANY /metrics/* requires `unchecked`",
        "`/billing/**`: only role(Admin): no route matches, so the law says nothing",
        "no unchecked routes: ANY /metrics/* requires `unchecked`",
        "no unchecked routes except `/static/*`: there is none at this path",
        &place,
    ] {
        assert!(message.contains(part), "`{part}` is not in {message}");
    }
    // A reviewed plain router breaks no other law.
    laws(&table).never_public("/users/**").no_unchecked_except("/metrics/*");
    let misspelt = laws(&table).never_public("users").failures();
    assert!(misspelt[0].contains("`users` is not a pattern of routes"), "{misspelt:?}");
}

#[test]
fn questions_are_answered_for_all_callers() {
    #[require_auth]
    async fn own() {}
    let router = crate::handlers::router().merge(
        guarded!(
            #[require_auth]
            ()
        )
        .guard::<Staff>(),
    );
    let also: GuardedRouter<Auth> = GuardedRouter::new().route("/staff", get(by_role)).guard::<StaffOnDuty>();
    let table = router.merge(also).route("/own", get(own)).policy().snapshot();
    let sets = |route: &str| {
        let callers = table.who_can(route).unwrap();
        callers[0].sets.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(sets("GET /any"), ["a subject with role `Admin`", "an API key with scope `admin`"]);
    assert_eq!(sets("GET /role"), ["a subject with role `Guest`", "a subject with role `Moderator` or `Admin`"]);
    assert_eq!(sets("GET /careful"), ["a subject with method `mfa` that authenticated at most 5m ago"]);
    assert!(table.who_can("GET /none").unwrap_err().to_string().contains("no route matches `GET /none`"));

    // By text, the table says which roles include this one.
    let reach = table.what_can(&"role(Moderator)".parse().unwrap()).unwrap();
    let of = |route: &str| reach.iter().find(|reach| reach.route == route).unwrap().reach;
    assert_eq!([of("GET /auth"), of("GET /module"), of("GET /public")], [Reach::All; 3]);
    assert_eq!([of("GET /named"), of("GET /any"), of("GET /not")], [Reach::Some; 3]);
    let key = table.what_can(&api_key()).unwrap();
    assert!(key.iter().any(|reach| reach.route == "GET /api-key" && reach.reach == Reach::All));

    let equivalent = table.equivalent().unwrap();
    assert!(
        equivalent.iter().any(|routes| ["GET /by-hand", "GET /impl", "GET /module"]
            .iter()
            .all(|it| { routes.iter().any(|route| route == it) })),
        "{equivalent:?}"
    );
    let redundant = table.redundant().unwrap();
    assert_eq!(redundant.len(), 1, "{redundant:?}");
    assert_eq!((redundant[0].route.as_str(), redundant[0].own.as_str()), ("GET /staff", "role(User)"));
    assert_eq!(table.unused_roles::<included::Role>(), [""; 0]);
    assert_eq!(table.unused_scopes(["duty", "never:used"]), ["never:used"]);
}

#[require_role(User)]
async fn by_role() {}

//! Policy laws and the diff by meaning, over real routers.

use std::panic::{AssertUnwindSafe, catch_unwind};

use auth_core::analysis::{ChangeKind, PolicySnapshot, Reach};
use auth_core::prelude::*;
use auth_core::testing::{all, api_key, fresh, laws, no_wider_than, policy_lock, role, scope};

use crate::handlers::StaffOnDuty;
use crate::service::Role;

/// A router with this handler at `GET /it`.
macro_rules! guarded {
    ($(#[$meta:meta])* ($($parameters:tt)*)) => {{
        $(#[$meta])*
        async fn it($($parameters)*) {}
        GuardedRouter::<Auth>::new().route("/it", get(it))
    }};
}

fn message(held: impl FnOnce()) -> String {
    catch_unwind(AssertUnwindSafe(held)).expect_err("it was held").downcast_ref::<String>().unwrap().clone()
}

/// The difference of two routers. By way of the lock file and of JSON it is the same.
fn difference(old: &GuardedRouter<Auth>, new: &GuardedRouter<Auth>) -> String {
    let (old, new) = (old.policy(), new.policy());
    let text = old.diff(&new).to_string();
    let [from_lock, new_lock] = [&old, &new].map(|table| table.lock().parse::<PolicySnapshot>().unwrap());
    assert_eq!(from_lock.diff(&new_lock).to_string(), text);
    let [from_json, new_json] =
        [&old, &new].map(|table| serde_json::to_string(table).unwrap().parse::<PolicySnapshot>().unwrap());
    assert_eq!(from_json.diff(&new_json).to_string(), text);
    assert_eq!(old.diff(&old).to_string(), "");
    text
}

/// One changed route, whose line begins with `word` and contains each of `parts`.
fn is(word: &str, parts: &[&str], old: &GuardedRouter<Auth>, new: &GuardedRouter<Auth>) {
    let text = difference(old, new);
    let lines: Vec<_> = text.lines().collect();
    assert!(lines.len() == 1 && lines[0].starts_with(&format!("{word} ")), "expected {word}, got:\n{text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
}

mod included {
    use auth_core::prelude::*;

    #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Role {
        User,
        Moderator,
        #[role(includes(Moderator))]
        Admin,
        // A guest became a moderator.
        #[role(includes(Moderator))]
        Guest,
    }

    #[require_role(Moderator)]
    pub(super) async fn it() {}
}

mod inside {
    use auth_core::prelude::*;

    use crate::service::Role;

    #[require_role(Moderator)]
    pub(super) mod module {
        use auth_core::prelude::*;

        #[require_scope("duty")]
        pub(in super::super) async fn it() {}
    }

    // The guard of the module is gone.
    pub(super) mod bare {
        use auth_core::prelude::*;

        #[require_scope("duty")]
        pub(in super::super) async fn it() {}
    }
}

guard!(Staff = role(Moderator));
guard!(StaffOrProgram = any(Staff, all(api_key, scope("duty"))));

fn one(methods: auth_core::GuardedMethodRouter<Auth>) -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/it", methods)
}

#[test]
#[expect(clippy::too_many_lines, reason = "one list of changes")]
fn widenings_hidden_in_a_refactoring_are_found() {
    // `all` became `any`.
    is(
        "WIDER",
        &["GET /it: any(role(Moderator), scope(\"duty\")) (was all(", "now allowed: a subject with "],
        &guarded!(
            #[require(all(role(Moderator), scope("duty")))]
            ()
        ),
        &guarded!(
            #[require(any(role(Moderator), scope("duty")))]
            ()
        ),
    );
    // Another role includes this one now: the attribute is the same.
    let moderators = guarded!(
        #[require_role(Moderator)]
        ()
    );
    is(
        "WIDER",
        &[
            "Moderator or Admin or Guest",
            "now allowed: a subject with role `Guest` and without role `Moderator` or `Admin`",
        ],
        &moderators,
        &one(get(included::it)),
    );
    // The guard of a module is gone.
    is(
        "WIDER",
        &["scope(\"duty\") (was all(role(Moderator), scope(\"duty\")))", "with scope `duty` and without role"],
        &one(get(inside::module::it)),
        &one(get(inside::bare::it)),
    );
    // A condition is gone.
    is(
        "WIDER",
        &["authorize(identity.has_scope(\")\")))", "where `identity.has_scope(\")\")` does not hold"],
        &guarded!(#[require_auth] #[authorize(identity.has_scope(")"))] (identity: Identity)),
        &guarded!(#[require_auth] (_identity: Identity)),
    );
    // A second factor is gone; an authentication may be older.
    is(
        "WIDER",
        &["without method `mfa`"],
        &guarded!(
            #[require(all(auth, mfa))]
            ()
        ),
        &guarded!(
            #[require_auth]
            ()
        ),
    );
    is(
        "WIDER",
        &["a subject that authenticated 10m to 1h ago"],
        &guarded!(
            #[require(fresh("10m"))]
            ()
        ),
        &guarded!(
            #[require(fresh("1h"))]
            ()
        ),
    );
    // An exclusion is gone.
    is(
        "WIDER",
        &["now allowed: a subject with role `Guest`"],
        &guarded!(
            #[require(all(auth, not(role(Guest))))]
            ()
        ),
        &guarded!(
            #[require_auth]
            ()
        ),
    );
    // A program may call as well.
    is(
        "WIDER",
        &["now allowed: an API key with scope `duty`"],
        &moderators,
        &guarded!(
            #[require(StaffOrProgram)]
            ()
        ),
    );
    // The scope is asked of the API key alone.
    is(
        "WIDER",
        &["now allowed: a subject without scope `duty`"],
        &guarded!(
            #[require(all(any(auth, api_key), scope("duty")))]
            ()
        ),
        &guarded!(
            #[require(any(auth, all(api_key, scope("duty"))))]
            ()
        ),
    );
    is(
        "WIDER",
        &["now allowed: a caller without credentials"],
        &moderators,
        &guarded!(
            #[public]
            ()
        ),
    );
    is(
        "WIDER",
        &["now allowed: an API key"],
        &guarded!(
            #[require(auth(optional))]
            ()
        ),
        &guarded!(
            #[public]
            ()
        ),
    );
}

#[test]
fn a_guard_of_a_router_that_moves_leaves_routes_behind() {
    #[require_auth]
    async fn list() {}
    #[require_auth]
    async fn purge() {}
    let inner = |guarded: bool| {
        let inner = GuardedRouter::<Auth>::new().route("/purge", post(purge));
        if guarded { inner.guard::<Staff>() } else { inner }
    };
    let old = GuardedRouter::new().route("/list", get(list)).nest("/in", inner(false)).guard::<Staff>();
    let new = GuardedRouter::new().route("/list", get(list)).nest("/in", inner(true));
    is("WIDER", &["GET /list: auth (was all(role(Moderator), auth))"], &old, &new);

    // A plain router is behind the guard as well.
    let plain = || GuardedRouter::<Auth>::new().nest_unchecked("/metrics", axum::Router::new());
    is("WIDER", &["ANY /metrics/*: unchecked (was unchecked behind Staff)"], &plain().guard::<Staff>(), &plain());
}

#[test]
fn changes_in_both_directions_are_changed() {
    let cases = [
        (
            guarded!(
                #[require_scope("reports:read")]
                ()
            ),
            guarded!(
                #[require_scope("report:read")]
                ()
            ),
        ),
        (
            guarded!(
                #[require(claim("tenant", "acme"))]
                ()
            ),
            guarded!(
                #[require(claim("tenant", "other"))]
                ()
            ),
        ),
        (
            guarded!(
                #[require_role(Admin)]
                ()
            ),
            guarded!(
                #[require_role(Guest)]
                ()
            ),
        ),
        (
            guarded!(#[require_auth] #[authorize(identity.has_scope("a"))] (identity: Identity)),
            guarded!(#[require_auth] #[authorize(identity.has_scope("b"))] (identity: Identity)),
        ),
    ];
    for (old, new) in &cases {
        is("CHANGED", &["now allowed: a subject", "no longer allowed: a subject"], old, new);
    }
}

#[test]
fn stricter_requirements_are_narrower() {
    let moderators = guarded!(
        #[require_role(Moderator)]
        ()
    );
    is(
        "NARROWER",
        &["no longer allowed: a subject with role `Moderator`"],
        &moderators,
        &guarded!(
            #[require_role(Admin)]
            ()
        ),
    );
    is("NARROWER", &["role `Guest`"], &one(get(included::it)), &moderators);
    is(
        "NARROWER",
        &["no longer"],
        &guarded!(
            #[require(fresh("1h"))]
            ()
        ),
        &guarded!(
            #[require(fresh("10m"))]
            ()
        ),
    );
    is("NARROWER", &["removed (was role(Moderator))"], &moderators, &GuardedRouter::new());
}

#[test]
fn other_words_for_the_same_callers_are_the_same() {
    let cases = [
        (
            guarded!(
                #[require(all(auth, not(any(role(Guest), scope("read-only")))))]
                ()
            ),
            guarded!(
                #[require(all(auth, not(role(Guest)), not(scope("read-only"))))]
                ()
            ),
        ),
        (
            guarded!(
                #[require(StaffOrProgram)]
                ()
            ),
            guarded!(
                #[require(any(all(api_key, scope("duty")), Staff))]
                ()
            ),
        ),
        (
            guarded!(
                #[require_role(Moderator, Admin)]
                ()
            ),
            guarded!(
                #[require_role(Moderator)]
                ()
            ),
        ),
        (
            guarded!(
                #[require_auth]
                #[rate_limit("10/m", by = subject)]
                ()
            ),
            guarded!(
                #[require_auth]
                ()
            ),
        ),
        (
            guarded!(
                #[require_auth]
                ()
            )
            .guard::<Staff>(),
            guarded!(
                #[require_role(Moderator)]
                ()
            ),
        ),
    ];
    for (old, new) in &cases {
        is("SAME", &[], old, new);
    }
}

#[test]
fn a_route_is_the_same_by_another_parameter_and_another_method_router() {
    #[require_auth]
    async fn show() {}
    let old: GuardedRouter<Auth> = GuardedRouter::new().route("/{id}", get(show));
    let new: GuardedRouter<Auth> = GuardedRouter::new().route("/{user_id}", get(show));
    assert_eq!(difference(&old, &new), "");
    let any: GuardedRouter<Auth> = GuardedRouter::new().route("/{id}", auth_core::routing::any(show));
    assert!(difference(&old, &any).starts_with("WIDER ANY /{id}: auth (new route)"));
    let fewer = difference(&any, &old);
    assert!(fewer.starts_with("NARROWER ANY /{id}: removed") && fewer.lines().count() == 1, "{fewer}");
}

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

//! Changes of real routers, by what they mean: which callers they let in, and which not any more. Their witnesses get the answer
//! from both routers.

use auth_core::analysis::PolicySnapshot;
use auth_core::prelude::*;

use crate::service::Role;
use crate::witnesses::replayed;

/// A router with this handler at `GET /it`.
macro_rules! guarded {
    ($(#[$meta:meta])* ($($parameters:tt)*)) => {{
        $(#[$meta])*
        async fn it($($parameters)*) {}
        GuardedRouter::<Auth>::new().route("/it", get(it))
    }};
}

pub(crate) use guarded;

/// The difference of two routers. By way of the lock file and of JSON it is the same.
pub(crate) fn difference(old: &GuardedRouter<Auth>, new: &GuardedRouter<Auth>) -> String {
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

/// One changed route, whose line begins with `word` and contains each of `parts`. Its witnesses get the answers of the diff
/// from both routers.
pub(crate) fn is(word: &str, parts: &[&str], old: &GuardedRouter<Auth>, new: &GuardedRouter<Auth>) {
    let text = difference(old, new);
    let lines: Vec<_> = text.lines().collect();
    assert!(lines.len() == 1 && lines[0].starts_with(&format!("{word} ")), "expected {word}, got:\n{text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
    replayed(old, new);
}

pub(crate) mod included {
    use auth_core::prelude::*;

    #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Role {
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

pub(crate) fn one(methods: auth_core::GuardedMethodRouter<Auth>) -> GuardedRouter<Auth> {
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
    let plain = || GuardedRouter::<Auth>::new().nest_unchecked("/metrics", crate::witnesses::plain());
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

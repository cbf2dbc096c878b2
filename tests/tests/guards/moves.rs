//! Changes that move a requirement: to other credentials, methods, paths and routes.

use auth_core::prelude::*;

use crate::changes::{difference, guarded, is, one};
use crate::service::Role;
use crate::witnesses::replayed;

guard!(Staff = role(Moderator));

/// Several changed routes, of which each line begins so.
fn are(expected: &[&str], old: &GuardedRouter<Auth>, new: &GuardedRouter<Auth>) {
    let text = difference(old, new);
    let lines: Vec<_> = text.lines().collect();
    let is_so = lines.iter().zip(expected).all(|(line, start)| line.starts_with(start));
    assert!(is_so && lines.len() == expected.len(), "expected {expected:?}, got:\n{text}");
    replayed(old, new);
}

#[test]
fn further_kinds_of_credentials_are_wider() {
    let known = guarded!(
        #[require_auth]
        ()
    );
    is(
        "WIDER",
        &["any(auth, api_key) (was auth); now allowed: an API key"],
        &known,
        &guarded!(
            #[require(any(auth, api_key))]
            ()
        ),
    );
    let optional = guarded!(
        #[require(auth(optional))]
        ()
    );
    is("WIDER", &["auth(optional) (was auth); now allowed: a caller without credentials"], &known, &optional);
    is("NARROWER", &["no longer allowed: a caller without credentials"], &optional, &known);
    let moderators = guarded!(
        #[require_role(Moderator)]
        ()
    );
    is("WIDER", &["now allowed: a caller without credentials"], &moderators, &optional);
}

#[test]
fn negations_by_another_law_of_logic_are_wider() {
    is(
        "WIDER",
        &["now allowed: a subject with role `Guest` and without scope `read-only`"],
        &guarded!(
            #[require(all(auth, not(any(role(Guest), scope("read-only")))))]
            ()
        ),
        &guarded!(
            #[require(all(auth, not(all(role(Guest), scope("read-only")))))]
            ()
        ),
    );
    is(
        "CHANGED",
        &["now allowed: a subject with role `Guest`", "no longer allowed: a subject without role `Guest`"],
        &guarded!(
            #[require(all(auth, not(role(Guest))))]
            ()
        ),
        &guarded!(
            #[require_role(Guest)]
            ()
        ),
    );
    is(
        "CHANGED",
        &["method `otp`", "method `mfa`"],
        &guarded!(
            #[require(all(auth, mfa))]
            ()
        ),
        &guarded!(
            #[require(all(auth, amr("otp")))]
            ()
        ),
    );
}

#[require_role(Moderator)]
async fn of_moderators() {}
#[require_role(Admin)]
async fn of_admins() {}
#[require_auth]
async fn known() {}
#[public]
async fn open() {}

#[test]
fn policies_that_are_swapped_between_routes_are_wider_at_one() {
    let routes = |a, b| GuardedRouter::<Auth>::new().route("/a", a).route("/b", b);
    are(
        &["NARROWER GET /a: role(Admin) (was role(Moderator))", "WIDER GET /b: role(Moderator) (was role(Admin))"],
        &routes(get(of_moderators), get(of_admins)),
        &routes(get(of_admins), get(of_moderators)),
    );
    // Between two methods of a path as well.
    are(
        &["WIDER DELETE /it: auth (was role(Admin))", "NARROWER GET /it: role(Admin) (was auth)"],
        &one(get(known).delete(of_admins)),
        &one(get(of_admins).delete(known)),
    );
}

#[test]
fn new_methods_routes_and_fallbacks_are_wider_for_those_they_let_in() {
    are(
        &["WIDER DELETE /it: auth (new route); now allowed: a subject"],
        &one(get(known)),
        &one(get(known).delete(known)),
    );
    // `get` answered HEAD; now it has a handler of its own.
    are(
        &["WIDER HEAD /it: public (was auth); now allowed: a caller without credentials"],
        &one(get(known)),
        &one(get(known).head(open)),
    );
    // What no handler answers.
    are(
        &["WIDER OTHER /it: public (new route); now allowed: a caller without credentials"],
        &one(get(known)),
        &one(get(known).fallback(open)),
    );
    let line = "WIDER ANY *: public (new route); now allowed: a caller without credentials";
    are(&[line], &one(get(known)), &one(get(known)).fallback(open));
    are(&["WIDER ANY *: auth (new route); now allowed: a subject"], &one(get(known)), &one(get(known)).fallback(known));
    are(
        &["WIDER ANY *: public (was auth); now allowed: a caller without credentials"],
        &one(get(known)).fallback(known),
        &one(get(known)).fallback(open),
    );
    are(
        &["WIDER ANY /metrics/*: unchecked (new route); now allowed: a caller without credentials"],
        &one(get(known)),
        &one(get(known)).nest_unchecked("/metrics", crate::witnesses::plain()),
    );
}

#[test]
fn routes_that_move_to_another_path_are_removed_and_new() {
    let inner = || GuardedRouter::<Auth>::new().route("/purge", post(of_admins)).guard::<Staff>();
    let nested = |path: &str| GuardedRouter::new().nest(path, inner());
    are(
        &[
            "NARROWER POST /in/purge: removed (was ",
            "WIDER POST /out/purge: all(role(Moderator), role(Admin)) (new route)",
        ],
        &nested("/in"),
        &nested("/out"),
    );
    // Its requests reach a route with a parameter, or the fallback.
    are(
        &[
            "WIDER POST /in/purge: removed (was all(role(Moderator), role(Admin))), answered by POST /in/{name}: auth",
            "WIDER POST /out/purge: ",
        ],
        &nested("/in").route("/in/{name}", post(known)),
        &nested("/out").route("/in/{name}", post(known)),
    );
    are(
        &["WIDER POST /in/purge: removed (was ", "WIDER POST /out/purge: "],
        &nested("/in").fallback(open),
        &nested("/out").fallback(open),
    );
}

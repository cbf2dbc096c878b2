//! Witnesses of the policy's analysis as requests: of every route, of changes and of broken laws.

use std::future::ready;

use auth_core::analysis::{PolicySnapshot, Witness, all, amr, any, claim, not, scope};
use auth_core::prelude::*;
use auth_core::testing::{AccessMatrix, Replay, Target, TestAuth, TestCaller, fresh, laws, role};

use crate::handlers::router;
use crate::matrix::catch;
use crate::service::Role;

/// A caller of a witness. A condition `identity.has_scope("x")` holds for one with the scope.
fn caller_of(test: &TestAuth, witness: &Witness) -> Option<TestCaller> {
    let mut with = witness.clone();
    for condition in &witness.conditions {
        let scope = condition.strip_prefix("identity.has_scope(\"")?.strip_suffix("\")")?;
        with.subject.as_mut()?.scopes.push(scope.to_owned());
    }
    Some(witness.conditions.iter().fold(test.caller_of(&with)?, TestCaller::meets))
}

/// Sends the witnesses of the difference to both routers.
pub(crate) fn replayed(old: &GuardedRouter<Auth>, new: &GuardedRouter<Auth>) {
    let diff = old.policy().diff(&new.policy());
    let test = TestAuth::new();
    let caller = async |witness: &Witness| caller_of(&test, witness);
    let sent = async {
        for (router, replay, has_route) in [
            (old, Replay::new(old.policy()).before(&diff), diff.changes.iter().any(|it| it.old.is_some())),
            (new, Replay::new(new.policy()).after(&diff), diff.changes.iter().any(|it| it.new.is_some())),
        ] {
            let is_other = diff.changes.iter().any(|it| it.gained.is_some() || it.lost.is_some());
            if has_route && is_other {
                let replay = replay.at("ANY /metrics/*", "GET /metrics/live");
                replay.hold(&Target::router(router.clone().with_state(test.auth())), caller).await;
            }
        }
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(sent);
}

#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    Read,
    Write,
}

guard!(KeyOwner = all(role(Moderator), permission(Write)));
guard!(OfAcme = all(claim("org.tenant", "acme"), not(claim("org.tenant", "other"))));

#[require(any(OfAcme, all(api_key, scope("s"), not(scope("t")))))]
async fn of_acme() {}
#[require(all(permission(Read), not(permission(Write))))]
async fn readers() {}
#[require(any(auth, api_key), scope("s"))]
async fn both_have_it() {}
#[require(all(any(auth, api_key), not(scope("t"))))]
async fn none_has_it() {}
#[require(all(any(fresh("5m"), amr("otp")), not(fresh("1m"))))]
async fn aged() {}
#[require_role(User)]
#[authorize(identity.has_scope("a"))]
#[authorize(identity.has_scope("b"))]
async fn conditions(identity: Identity) {}

/// Every kind of fact.
fn facts() -> GuardedRouter<Auth> {
    router()
        .route("/of-acme", get(of_acme))
        .route("/readers", get(readers))
        .route("/both-have-it", get(both_have_it))
        .route("/none-has-it", get(none_has_it))
        .route("/aged", get(aged))
        .route("/conditions", get(conditions))
        .route("/conditions/any", auth_core::routing::any(conditions).get(readers))
}

/// A plain router with one route.
pub(crate) fn plain() -> axum::Router<Auth> {
    axum::Router::new().route("/live", axum::routing::get(async || "1"))
}

fn owned_keys() -> TestAuth {
    TestAuth::with(auth_core::AuthBuilder::api_key_owner::<KeyOwner>)
}

#[tokio::test]
async fn every_witness_of_a_table_gets_the_answer_of_the_guards() {
    let test = owned_keys();
    let matrix =
        AccessMatrix::new(facts().policy()).witnesses(async |witness: &Witness| caller_of(&test, witness)).await;
    let calls = matrix.hold(&Target::router(facts().with_state(test.auth()))).await;
    println!("{calls} calls");
    assert!(calls > 35 * 40, "{calls} calls");
}

#[tokio::test]
async fn a_router_that_decides_otherwise_is_found_by_the_witnesses() {
    #[require(any(auth, api_key))]
    async fn either() {}
    #[require(all(any(auth, api_key), any(scope("s"), api_key)))]
    async fn of_the_subject() {}
    #[require_role(User)]
    #[authorize(identity.has_scope("a"))]
    async fn one_condition(identity: Identity) {}
    let cases: [(&str, auth_core::GuardedMethodRouter<Auth>, auth_core::GuardedMethodRouter<Auth>); 4] = [
        ("a subject without scope `s`", get(both_have_it), get(either)),
        ("who also sends an API key", get(both_have_it), get(of_the_subject)),
        ("does not hold", get(conditions), get(one_condition)),
        ("claim `org.tenant` = `acme`", get(of_acme), get(crate::handlers::public_)),
    ];
    for (words, declared, served) in cases {
        let test = TestAuth::new();
        let one = |methods| GuardedRouter::<Auth>::new().route("/it", methods);
        let matrix = AccessMatrix::new(one(declared).policy());
        let matrix = matrix.witnesses(async |witness: &Witness| caller_of(&test, witness)).await;
        let target = Target::router(one(served).with_state(test.auth()));
        let message = catch(async move { matrix.hold(&target).await }).await.unwrap_or_default();
        assert!(message.contains(words) && message.contains("expected "), "`{words}` is not in: {message}");
    }
}

/// What `hold` says of a matrix with these callers and settings.
async fn of_conditions(
    caller: impl Fn(&TestAuth, &Witness) -> Option<TestCaller>,
    set: impl FnOnce(AccessMatrix) -> AccessMatrix,
) -> Option<String> {
    let test = TestAuth::new();
    let app = GuardedRouter::<Auth>::new().route("/it", get(conditions));
    let matrix = AccessMatrix::new(app.policy()).witnesses(|witness: &Witness| ready(caller(&test, witness))).await;
    let (matrix, target) = (set(matrix), Target::router(app.with_state(test.auth())));
    catch(async move { matrix.hold(&target).await }).await
}

#[tokio::test]
async fn a_witness_without_a_caller_is_named_and_fails() {
    const A: &str = "identity.has_scope(\"a\")";
    const B: &str = "identity.has_scope(\"b\")";
    assert_eq!(of_conditions(caller_of, |matrix| matrix).await, None);

    let none = of_conditions(|_, _| None, |matrix| matrix).await.unwrap();
    let subject = "GET /it as a subject without role `User` or `Admin` or `Moderator`: not sent: there is no caller";
    assert!(none.contains(subject) && none.contains("name the witness by `left_out`"), "{none}");

    let unmet = of_conditions(TestAuth::caller_of, |matrix| matrix).await.unwrap();
    assert!(unmet.contains(&format!("not sent: there is no caller for whom `{A}` holds")), "{unmet}");
    // Said of each condition that depends on more than the caller, it is enough.
    let undetermined = of_conditions(TestAuth::caller_of, |matrix| matrix.undetermined(A).undetermined(B));
    assert_eq!(undetermined.await, None);

    let always = |test: &TestAuth, witness: &Witness| Some(caller_of(test, witness)?.meets(A).meets(B));
    let always = of_conditions(always, |matrix| matrix).await.unwrap();
    assert!(always.contains(&format!("not sent: there is no caller for whom `{A}` does not hold")), "{always}");

    let programs = |test: &TestAuth, witness: &Witness| match &witness.api_key {
        None => caller_of(test, witness),
        Some(_) => Some(test.as_user("bob").caller("bob")),
    };
    let message = of_conditions(programs, |matrix| matrix).await.unwrap();
    assert!(message.contains("GET /it as an API key: not sent: `bob` has other credentials"), "{message}");
    let left_out =
        |matrix: AccessMatrix| matrix.left_out("an API key").left_out("a subject, who also sends an API key");
    let message = of_conditions(programs, left_out).await.unwrap();
    assert!(!message.contains("GET /it as an API key: not sent"), "{message}");
    assert!(message.contains("`left_out` names `a subject, who also sends an API key`, but"), "{message}");
}

fn one(methods: auth_core::GuardedMethodRouter<Auth>) -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/it", methods)
}

fn replay(router: &GuardedRouter<Auth>) -> Replay {
    Replay::new(router.policy())
}

/// The message of a replay that fails.
async fn fails(
    replay: Replay,
    served: GuardedRouter<Auth>,
    caller: fn(&TestAuth, &Witness) -> Option<TestCaller>,
) -> String {
    let test = TestAuth::new();
    let target = Target::router(served.with_state(test.auth()));
    let hold = async move { replay.hold(&target, |witness: &Witness| ready(caller(&test, witness))).await };
    let held = tokio::task::LocalSet::new().run_until(async { tokio::task::spawn_local(hold).await }).await;
    held.expect_err("it fails").into_panic().downcast_ref::<String>().expect("a message").clone()
}

#[tokio::test]
async fn callers_that_break_a_law_are_let_in() {
    let app = facts().nest_unchecked("/metrics", plain());
    let table = app.policy();
    let broken = laws(&table)
        .only("/**", role(Role::Admin))
        .needs("/**", all([amr("otp"), claim("plan", "pro"), fresh("10m")]))
        .only("/**", any([scope("s"), not(scope("s"))]))
        .only("/**", any([claim("plan", "pro"), not(claim("plan", "pro"))]))
        .never_public("/**")
        .witnesses();
    assert!(broken.len() > 60, "{}", broken.len());
    let test = owned_keys();
    let target = Target::router(app.with_state(test.auth()));
    let caller = async |witness: &Witness| {
        // Of this `Auth` every token has scopes that can be read.
        caller_of(&test, witness)
    };
    let unreadable =
        broken.iter().map(|(_, witness)| witness.to_string()).filter(|it| it.contains("scopes cannot be read"));
    let mut replay = Replay::new(table).lets_in(broken.clone()).at("ANY /metrics/*", "GET /metrics/live");
    let unreadable: std::collections::BTreeSet<_> = unreadable.collect();
    assert!(!unreadable.is_empty());
    for witness in unreadable {
        replay = replay.left_out(witness);
    }
    let sent = replay.hold(&target, caller).await;
    println!("{sent} of {} witnesses were sent", broken.len());
    assert!(sent * 2 > broken.len(), "{sent} of {}", broken.len());
}

#[tokio::test]
async fn callers_that_suffice_are_let_in_and_others_refused() {
    let table = facts().policy();
    let snapshot: PolicySnapshot = table.snapshot();
    let sets = snapshot.who_can("/**").unwrap();
    let sets = sets.into_iter().flat_map(|it| it.sets.into_iter().map(move |set| (it.route.clone(), set)));
    let reach = snapshot.what_can(&all([role(Role::User), amr("otp")])).unwrap();
    let refused = reach.into_iter().filter_map(|it| Some((it.route, it.refused?)));
    let test = owned_keys();
    let target = Target::router(facts().with_state(test.auth()));
    let replay = Replay::new(table).lets_in(sets).refuses(refused);
    let sent = replay.hold(&target, async |witness: &Witness| caller_of(&test, witness)).await;
    println!("{sent} requests");
}

#[tokio::test]
async fn a_replay_finds_a_router_that_disagrees_and_what_was_not_sent() {
    let (old, new) = (one(get(crate::handlers::public_)), one(get(conditions)));
    let diff = new.policy().diff(&old.policy());
    // The routers are exchanged.
    let message = fails(replay(&old).before(&diff), old.clone(), caller_of).await;
    assert!(
        message.contains("GET /it as a caller without credentials: GET /it: expected a refusal; got 200"),
        "{message}"
    );
    let message = fails(replay(&new).after(&diff), new.clone(), caller_of).await;
    assert!(message.contains("expected access; got 401 (refused)"), "{message}");

    let witness =
        |text: &str| text.parse::<auth_core::analysis::OwnedRequirement>().unwrap().example().unwrap().unwrap();
    let of = |text: &str| [("GET /it".to_owned(), witness(text))];
    let message = fails(replay(&new).lets_in(of("all(role(User), scope(\"a\"))")), new.clone(), caller_of).await;
    assert!(message.contains("expected access; got 403 (forbidden)"), "{message}");
    let message = fails(replay(&new).refuses(of("auth")), new.clone(), |_, _| None).await;
    assert!(message.contains("GET /it as a subject: not sent: there is no caller"), "{message}");
    let message = fails(replay(&new).refuses(of("auth")).left_out("a subjet"), new.clone(), caller_of).await;
    assert!(message.contains("`left_out` names `a subjet`, but no such witness"), "{message}");
    let elsewhere = [("GET /its".to_owned(), witness("auth"))];
    let message = fails(replay(&new).refuses(elsewhere), new.clone(), caller_of).await;
    assert!(message.contains("no route `GET /its`"), "{message}");
    let plain = GuardedRouter::<Auth>::new().nest_unchecked("/metrics", plain());
    let open = || replay(&plain).lets_in([("ANY /metrics/*".to_owned(), witness("public"))]);
    let message = fails(open(), plain.clone(), caller_of).await;
    assert!(message.contains("not sent: it is not known which requests it answers; name one by `at`"), "{message}");
    let other = open().left_out("GET /metrics/* as a caller without credentials");
    assert!(fails(other, plain.clone(), caller_of).await.contains("not sent: it is not known"));
    let message = fails(replay(&new).after(&new.policy().diff(&new.policy())), new, caller_of).await;
    assert!(message.contains("there is no witness to send"), "{message}");
}

#[tokio::test]
async fn requests_of_a_removed_route_are_sent_to_what_answers_them() {
    #[require_role(Admin)]
    async fn nearer() {}
    #[require_auth]
    async fn wider() {}
    let base = || GuardedRouter::<Auth>::new().route("/files/{*rest}", get(wider)).route("/users/{id}", get(wider));
    let old = base().route("/users/me", get(nearer)).route("/files/secret/{*rest}", get(nearer));
    let diff = old.policy().diff(&base().policy());
    assert_eq!(diff.wider().count(), 2, "{diff}");
    let test = TestAuth::new();
    let caller = async |witness: &Witness| test.caller_of(witness);
    assert_eq!(replay(&old).before(&diff).hold(&Target::router(old.with_state(test.auth())), caller).await, 2);
    assert_eq!(replay(&base()).after(&diff).hold(&Target::router(base().with_state(test.auth())), caller).await, 2);
}

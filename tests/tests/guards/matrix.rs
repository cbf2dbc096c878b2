//! The access matrix of the requirement language's own service, and the faults that the matrix finds.

use std::time::Duration;

use auth_core::http::{ErrorBody, Problem};
use auth_core::prelude::*;
use auth_core::testing::{AccessMatrix, Target, TestCaller, sign_in};
use auth_core::{AccessError, Refusal};

use crate::handlers::router;
use crate::service::{Role, Service, key, user};

/// The message with which a future panics.
pub(crate) async fn catch<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Option<String> {
    let error = tokio::spawn(future).await.err()?.into_panic();
    Some(error.downcast_ref::<String>().expect("a message").clone())
}

async fn caller(auth: &Auth, store: &auth_core::store::MemoryStore, role: Role) -> TestCaller {
    let subject = user(store, vec![role.to_string()]).await;
    subject_caller(auth, &role.to_string(), subject, "pwd", "").role(role).amr("pwd")
}

fn subject_caller(auth: &Auth, name: &str, subject: SubjectId, amr: &'static str, scope: &'static str) -> TestCaller {
    let auth = auth.clone();
    TestCaller::subject(name, move || {
        let (auth, subject) = (auth.clone(), subject.clone());
        async move { sign_in(&auth, &subject, amr, scope).await.unwrap().expose().to_owned() }
    })
}

async fn key_caller(auth: &Auth, owner: &SubjectId, scope: &str) -> TestCaller {
    let key = key(auth, owner, &[scope]).await;
    let caller = TestCaller::api_key(format!("a key for {scope}"), move || std::future::ready(key.clone()));
    caller.scope(scope)
}

/// Callers that together meet every row.
async fn matrix(auth: &Auth, store: &auth_core::store::MemoryStore, table: auth_core::PolicyTable) -> AccessMatrix {
    let owner = user(store, vec![]).await;
    let everything = user(store, vec!["Moderator".to_owned(), "Guest".to_owned()]).await;
    let scope = "duty reports:read reports:list";
    let everything = subject_caller(auth, "everything", everything, "pwd mfa hwk", scope);
    let everything = everything.role(Role::Moderator).role(Role::Guest).amr("pwd").amr("mfa").amr("hwk");
    let everything = everything.scope("duty").scope("reports:read").scope("reports:list");
    let reader = subject_caller(auth, "read-only", owner.clone(), "pwd", "read-only").amr("pwd").scope("read-only");
    AccessMatrix::new(table)
        .caller(caller(auth, store, Role::User).await)
        .caller(caller(auth, store, Role::Moderator).await)
        .caller(caller(auth, store, Role::Admin).await)
        .caller(caller(auth, store, Role::Guest).await)
        .caller(everything)
        .caller(user_with_scope(auth, store).await)
        .caller(reader)
        .caller(key_caller(auth, &owner, "reports:read").await)
        .caller(key_caller(auth, &owner, "admin").await)
        .caller(key_caller(auth, &owner, "read-only").await)
}

async fn user_with_scope(auth: &Auth, store: &auth_core::store::MemoryStore) -> TestCaller {
    let subject = user(store, vec!["User".to_owned()]).await;
    let caller = subject_caller(auth, "a user with a scope", subject, "pwd", "reports:read");
    caller.role(Role::User).amr("pwd").scope("reports:read")
}

#[tokio::test]
async fn every_route_answers_every_caller_as_the_table_says() {
    let (auth, _clock, store) = crate::service::auth(|builder| builder);
    let table = router().policy();
    let (routes, matrix) = (table.routes().len(), matrix(&auth, &store, table).await);
    let app = router().with_state(auth.clone());
    assert_eq!(matrix.hold(&Target::router(app.clone())).await, routes * 11);
    let service = Service::start(|_| app).await;
    let address = service.url.strip_prefix("http://").unwrap().parse().unwrap();
    assert_eq!(matrix.hold(&Target::address(address)).await, routes * 11);
}

#[require_auth]
async fn known() {}

#[public]
async fn open_handler() {}

#[public]
async fn public_that_asks_after_all(_: Identity) {}

#[require_auth]
async fn failing() -> axum::http::StatusCode {
    axum::http::StatusCode::INTERNAL_SERVER_ERROR
}

#[require_auth]
async fn says_no() -> axum::http::StatusCode {
    axum::http::StatusCode::NOT_FOUND
}

/// Answers as a guard that refuses every caller by its role.
#[public]
async fn refuses_all() -> Refusal {
    AccessError::InsufficientRole.into()
}

#[require_auth]
async fn forbids() -> Refusal {
    Refusal::Forbidden
}

/// The matrix's message about the router `served`, checked by the table of `declared`.
async fn verdict(declared: GuardedRouter<Auth>, served: GuardedRouter<Auth>) -> Option<String> {
    let (auth, _, store) = crate::service::auth(|builder| builder);
    let user = user(&store, vec![]).await;
    let matrix = AccessMatrix::new(declared.policy()).caller(subject_caller(&auth, "a user", user, "pwd", ""));
    let target = Target::router(served.with_state(auth));
    catch(async move { matrix.hold(&target).await }).await
}

fn one(methods: auth_core::GuardedMethodRouter<Auth>) -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/one/{id}", methods)
}

#[tokio::test]
async fn a_matrix_finds_open_closed_and_failing_routes() {
    assert_eq!(verdict(one(get(known)), one(get(known))).await, None);
    assert_eq!(verdict(one(get(says_no)), one(get(says_no))).await, None, "a handler's own 404 is no refusal");
    let open = verdict(one(get(known)), one(get(open_handler))).await.unwrap();
    assert!(open.contains("1 of 2 calls") && open.contains("GET /one/1 as anonymous: expected 401"), "{open}");
    let forbidden = verdict(one(get(known)), one(get(refuses_all))).await.unwrap();
    assert!(forbidden.contains("GET /one/1 as anonymous: expected 401"), "{forbidden}");
    let closed = verdict(one(get(open_handler)), one(get(known))).await.unwrap();
    assert!(closed.contains("as anonymous: expected access"), "{closed}");
    let asks = verdict(one(get(public_that_asks_after_all)), one(get(public_that_asks_after_all))).await.unwrap();
    assert!(asks.contains("as anonymous: expected access"), "{asks}");
    let broken = verdict(one(get(failing)), one(get(failing))).await.unwrap();
    assert!(broken.contains("as a user: expected access") && broken.contains("500 (failed)"), "{broken}");
}

#[tokio::test]
async fn a_matrix_names_the_callers_that_are_missing() {
    #[require(all(auth, fresh("1m")))]
    async fn fresh_() {}
    #[require_role(crate::service::Role::Admin)]
    async fn admin() {}
    let message = verdict(one(get(admin)), one(get(admin))).await.unwrap();
    assert!(message.contains("GET /one/{id} names the role `Admin`, which no caller has"), "{message}");
    assert!(message.contains("which no caller meets"), "{message}");

    let (auth, _, store) = crate::service::auth(|builder| builder);
    let stale = subject_caller(&auth, "stale", user(&store, vec![]).await, "pwd", "");
    let stale = stale.authenticated_ago(Duration::from_mins(2));
    let matrix = AccessMatrix::new(one(get(fresh_)).policy()).caller(stale);
    let target = Target::router(one(get(fresh_)).with_state(auth));
    let message = catch(async move { matrix.hold(&target).await }).await.unwrap();
    assert!(message.contains("which no caller meets"), "{message}");
}

#[require_auth]
#[authorize(identity.has_scope("a"))]
async fn with_condition(identity: Identity) {}

/// What the matrix says of a router with a condition, to callers of which one meets it.
async fn verdict_of_condition(
    served: GuardedRouter<Auth>,
    set: fn(AccessMatrix) -> AccessMatrix,
    meets: &'static [&'static str],
) -> Option<String> {
    let (auth, _, store) = crate::service::auth(|builder| builder);
    let user = user(&store, vec![]).await;
    let with = subject_caller(&auth, "with", user.clone(), "pwd", "a").scope("a");
    let with = meets.iter().fold(with, |caller, condition| caller.meets(*condition));
    let matrix = AccessMatrix::new(one(get(with_condition)).policy()).caller(with);
    let matrix = set(matrix.caller(subject_caller(&auth, "without", user, "pwd", "")));
    let target = Target::router(served.with_state(auth));
    catch(async move { matrix.hold(&target).await }).await
}

#[tokio::test]
async fn a_matrix_has_callers_for_whom_a_condition_holds_and_others() {
    const MET: &[&str] = &["identity . has_scope( \"a\" )"];
    #[require_auth]
    #[authorize(!identity.has_scope("a"))]
    async fn the_other_way_round(identity: Identity) {}

    let as_it_is = |matrix| matrix;
    assert_eq!(verdict_of_condition(one(get(with_condition)), as_it_is, MET).await, None);

    let removed = verdict_of_condition(one(get(known)), as_it_is, MET).await.unwrap();
    assert!(removed.contains("GET /one/1 as without: expected 403 by a condition"), "{removed}");
    assert!(removed.contains("1 of 3 calls"), "{removed}");
    let other = verdict_of_condition(one(get(the_other_way_round)), as_it_is, MET).await.unwrap();
    assert!(other.contains("as with: expected access") && other.contains("as without: expected 403"), "{other}");

    let without_caller = verdict_of_condition(one(get(with_condition)), as_it_is, &[]).await.unwrap();
    assert!(
        without_caller.contains(r#"requires `auth, authorize(identity.has_scope("a"))`, which no caller meets"#),
        "{without_caller}"
    );
    let unknown = verdict_of_condition(one(get(with_condition)), as_it_is, &["identity.is_admin()"]).await.unwrap();
    assert!(unknown.contains("no route has the condition `identity.is_admin()`"), "{unknown}");
    let undetermined = |matrix: AccessMatrix| matrix.undetermined(MET[0]);
    assert_eq!(verdict_of_condition(one(get(with_condition)), undetermined, &[]).await, None);
    let misspelt = |matrix: AccessMatrix| matrix.undetermined("identity.is_admin()");
    let misspelt = verdict_of_condition(one(get(with_condition)), misspelt, MET).await.unwrap();
    assert!(misspelt.contains("no route has the condition `identity.is_admin()`"), "{misspelt}");
}

#[tokio::test]
async fn a_matrix_wants_a_caller_for_whom_a_condition_does_not_hold() {
    let (auth, _, store) = crate::service::auth(|builder| builder);
    let with = subject_caller(&auth, "with", user(&store, vec![]).await, "pwd", "a").scope("a");
    let with = with.meets("identity.has_scope(\"a\")");
    let matrix = AccessMatrix::new(one(get(with_condition)).policy()).caller(with);
    let target = Target::router(one(get(with_condition)).with_state(auth));
    let message = catch(async move { matrix.hold(&target).await }).await.unwrap();
    assert!(message.contains("has the condition `identity.has_scope(\"a\")`, which every caller meets"), "{message}");
}

#[tokio::test]
async fn a_matrix_knows_a_caller_without_a_credential_who_meets_a_condition() {
    #[public]
    #[authorize(method == axum::http::Method::GET)]
    async fn reading(method: axum::http::Method) {}
    let (auth, ..) = crate::service::auth(|builder| builder);
    let router = one(get(reading));
    let matrix = AccessMatrix::new(router.policy())
        .caller(TestCaller::anonymous().meets("method == axum::http::Method::GET"))
        .undetermined("method == axum::http::Method::GET");
    assert_eq!(matrix.hold(&Target::router(router.with_state(auth))).await, 1);
}

#[tokio::test]
async fn a_matrix_works_with_a_replaced_error_body() {
    let plain = |problem: &Problem| axum::response::Response::new(problem.title.clone().into());
    let service = Service::start_with(
        |builder| builder.error_body(ErrorBody::new(plain)),
        |auth| one(get(with_condition).post(says_no).put(open_handler)).with_state(auth.clone()),
    )
    .await;
    let user = service.user(&[]).await;
    let with = subject_caller(&service.auth, "with", user.clone(), "pwd", "a").scope("a");
    let matrix = AccessMatrix::new(one(get(with_condition).post(says_no).put(open_handler)).policy())
        .caller(with.meets("identity.has_scope(\"a\")"))
        .caller(subject_caller(&service.auth, "without", user, "pwd", ""));
    let matrix = std::sync::Arc::new(matrix);
    let address = Target::address(service.url.strip_prefix("http://").unwrap().parse().unwrap());
    let router =
        Target::router(one(get(with_condition).post(says_no).put(open_handler)).with_state(service.auth.clone()));
    for target in [&address, &router] {
        assert_eq!(matrix.hold(target).await, 9);
    }
    // In this process a handler's own refusal is none of a guard.
    let user = subject_caller(&service.auth, "a user", service.user(&[]).await, "pwd", "");
    let own = AccessMatrix::new(one(get(forbids)).policy()).caller(user);
    assert_eq!(own.hold(&Target::router(one(get(forbids)).with_state(service.auth.clone()))).await, 2);
    // And finds what is wrong by it.
    for served in
        [one(get(known).post(open_handler).put(known)), one(get(with_condition).post(known).put(with_condition))]
    {
        let served: axum::Router = served.with_state(service.auth.clone());
        let listening = auth_tests::serve(served.clone()).await;
        let address = listening.strip_prefix("http://").unwrap().parse().unwrap();
        for target in [Target::router(served), Target::address(address)] {
            let matrix = matrix.clone();
            let message = catch(async move { matrix.hold(&target).await }).await.unwrap();
            assert!(message.contains("PUT /one/1 as anonymous: expected access"), "{message}");
        }
    }
}

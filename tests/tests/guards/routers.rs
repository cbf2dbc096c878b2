//! Policies of whole routers, and ways by which a route could join one unguarded.

use std::panic::{AssertUnwindSafe, catch_unwind};

use auth_core::prelude::*;

use crate::handlers::{Staff, StaffOnDuty};
use crate::service::Role::{Moderator, User};
use crate::service::{INSUFFICIENT, NOTHING, Service, let_in, refused};

#[require_auth]
async fn own() {}

#[require_scope("duty")]
async fn on_duty() {}

#[public]
async fn open() {}

#[api_key]
async fn keyed() {}

#[api_key(scope = "duty")]
async fn keyed_scope() {}

guard!(Known = any(auth, api_key));

fn plain() -> axum::Router<Auth> {
    axum::Router::new().route("/file", axum::routing::get(|| async {}))
}

fn staff() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/before", get(own))
        .guard::<Staff>()
        .route("/after", get(own))
        .nest("/deeper", GuardedRouter::new().route("/", get(on_duty)).guard::<StaffOnDuty>())
        .merge(GuardedRouter::new().route("/merged", get(own)))
        .merge_unchecked(plain())
        .nest_unchecked("/files", plain())
        .fallback(own)
        .method_not_allowed_fallback(own)
}

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/open", get(open)).nest("/staff", staff())
}

#[tokio::test]
async fn a_routers_guard_covers_routes_added_before_and_after_it() {
    let service = Service::start(|auth| app().with_state(auth.clone())).await;
    let (moderator, user) = (service.token(&[Moderator]).await, service.token(&[User]).await);
    let paths = ["/before", "/after", "/deeper", "/merged", "/file", "/files/file", "/no-such-route"];
    for path in paths.map(|path| format!("/staff{path}")) {
        assert_eq!(service.with_token(&path, &user).await, refused(403, INSUFFICIENT), "{path}");
        assert_eq!(service.anonymously(&path).await, refused(401, NOTHING), "{path}");
        if path != "/staff/deeper" {
            assert_eq!(service.with_token(&path, &moderator).await, let_in(), "{path}");
        }
    }
    let other_method = |token: Option<&str>| {
        let request = service.request(reqwest::Method::DELETE, "/staff/before");
        token.map_or(service.request(reqwest::Method::DELETE, "/staff/before"), |token| request.bearer_auth(token))
    };
    assert_eq!(other_method(None).send().await.unwrap().status(), 401);
    assert_eq!(other_method(Some(&user)).send().await.unwrap().status(), 403);
    assert_eq!(other_method(Some(&moderator)).send().await.unwrap().status(), 200);
    let needs = format!("{INSUFFICIENT}, scope=\"duty\"");
    assert_eq!(service.with_token("/staff/deeper", &moderator).await, refused(403, &needs));
    let on_duty = service.user(&[Moderator]).await;
    let on_duty = service.token_of(&on_duty, "pwd", "duty").await;
    assert_eq!(service.with_token("/staff/deeper", &on_duty).await, let_in());
    assert_eq!(service.anonymously("/open").await, let_in());
}

#[tokio::test]
async fn a_routers_guard_covers_each_kind_of_fallback() {
    let with =
        |inside: GuardedRouter<Auth>| GuardedRouter::new().guard::<Staff>().route("/route", get(own)).merge(inside);
    let plain_fallback = axum::Router::new().fallback(|| async {});
    let routers = [
        GuardedRouter::new().guard::<Staff>().route("/route", get(own)).fallback(own),
        GuardedRouter::new().route("/route", get(own)).fallback(own).guard::<Staff>(),
        with(GuardedRouter::new().fallback(own)),
        with(GuardedRouter::new().merge_unchecked(plain_fallback.clone())),
    ];
    for (at, router) in routers.into_iter().enumerate() {
        let service = Service::start(|auth| router.with_state(auth.clone())).await;
        is_for_staff(&service, "/no-such-route", at).await;
    }
    let nested = with(GuardedRouter::new().nest_unchecked("/plain", plain_fallback));
    let service = Service::start(|auth| nested.with_state(auth.clone())).await;
    is_for_staff(&service, "/plain/no-such-route", 4).await;
    let with_own_state = |auth: &Auth| with(GuardedRouter::new().fallback(own).provide_state(auth.clone()));
    let service = Service::start(|auth| with_own_state(auth).with_state(auth.clone())).await;
    is_for_staff(&service, "/no-such-route", 5).await;
}

async fn is_for_staff(service: &Service, path: &str, at: usize) {
    let (moderator, user) = (service.token(&[Moderator]).await, service.token(&[User]).await);
    assert_eq!(service.with_token(path, &moderator).await, let_in(), "{at}");
    assert_eq!(service.with_token(path, &user).await, refused(403, INSUFFICIENT), "{at}");
    assert_eq!(service.anonymously(path).await, refused(401, NOTHING), "{at}");
}

/// Where axum keeps a handler that is not one of a single method: without a fallback the guard wraps routes only, and
/// these must be among them.
#[tokio::test]
async fn a_routers_guard_covers_every_method_with_and_without_a_handler() {
    let staff = || {
        let inner = GuardedRouter::new().route("/any", any(own)).route("/get", get(own));
        inner.method_not_allowed_fallback(own)
    };
    let late = GuardedRouter::new().route("/get", get(own)).guard::<Staff>().route("/any", any(own));
    let routers = [
        staff().guard::<Staff>(),
        GuardedRouter::new().guard::<Staff>().merge(staff()),
        GuardedRouter::new().merge(late.method_not_allowed_fallback(own)),
        GuardedRouter::new().merge(staff().guard::<Staff>()).method_not_allowed_fallback(open),
    ];
    for (at, router) in routers.into_iter().enumerate() {
        let service = Service::start(|auth| router.with_state(auth.clone())).await;
        let (moderator, user) = (service.token(&[Moderator]).await, service.token(&[User]).await);
        for (path, method) in
            ["GET", "HEAD", "POST", "OPTIONS", "TRACE", "QUERY"].iter().flat_map(|of| [("/any", of), ("/get", of)])
        {
            let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
            let answer = async |token: Option<&str>| {
                let request = service.request(method.clone(), path);
                let request = match token {
                    Some(token) => request.bearer_auth(token),
                    None => request,
                };
                request.send().await.unwrap().status()
            };
            let statuses = [answer(None).await, answer(Some(&user)).await, answer(Some(&moderator)).await];
            assert_eq!(statuses.map(|status| status.as_u16()), [401, 403, 200], "{at}: {method} {path}");
        }
    }
}

#[tokio::test]
async fn a_guarded_router_does_not_guard_the_router_that_it_is_merged_into() {
    let guarded = GuardedRouter::new().route("/staff", get(own)).guard::<Staff>();
    let router = GuardedRouter::new().route("/open", get(open)).merge(guarded);
    let service = Service::start(|auth| router.with_state(auth.clone())).await;
    assert_eq!(service.anonymously("/open").await, let_in());
    assert_eq!(service.anonymously("/no-such-route").await.status, 404);
    assert_eq!(service.anonymously("/staff").await, refused(401, NOTHING));
    let (moderator, user) = (service.token(&[Moderator]).await, service.token(&[User]).await);
    assert_eq!(service.with_token("/staff", &user).await, refused(403, INSUFFICIENT));
    assert_eq!(service.with_token("/staff", &moderator).await, let_in());
}

/// Answers without calling its handler, as a cache does.
async fn from_memory(_: axum::extract::Request, _: axum::middleware::Next) -> &'static str {
    "remembered"
}

/// A layer runs before the guards of the routes that it wraps; only a router's own guard runs before it.
#[tokio::test]
async fn only_a_routers_guard_runs_before_a_layer_that_answers() {
    let cache = || axum::middleware::from_fn(from_memory);
    let router = GuardedRouter::new()
        .route("/method", get(own).layer(cache()).post(own))
        .nest("/router", GuardedRouter::new().route("/", get(own)).layer(cache()))
        .nest("/before", GuardedRouter::new().route("/", get(own)).guard::<Staff>().layer(cache()))
        .nest("/after", GuardedRouter::new().route("/", get(own)).layer(cache()).guard::<Staff>());
    let service = Service::start(|auth| router.with_state(auth.clone())).await;
    for path in ["/method", "/router"] {
        assert_eq!(service.anonymously(path).await, let_in(), "{path}");
    }
    let user = service.token(&[User]).await;
    for path in ["/before", "/after"] {
        assert_eq!(service.anonymously(path).await, refused(401, NOTHING), "{path}");
        assert_eq!(service.with_token(path, &user).await, refused(403, INSUFFICIENT), "{path}");
    }
    let not_wrapped = service.request(reqwest::Method::POST, "/method").send().await.unwrap();
    assert_eq!(not_wrapped.status(), 401, "added after the layer");
}

#[tokio::test]
async fn a_policys_layer_guards_a_plain_router() {
    let service = Service::start(|auth| plain().layer(StaffOnDuty::layer(auth)).with_state(auth.clone())).await;
    let moderator = service.user(&[Moderator]).await;
    let on_duty = service.token_of(&moderator, "pwd", "duty").await;
    let off_duty = service.token_of(&moderator, "pwd", "").await;
    assert_eq!(service.with_token("/file", &on_duty).await, let_in());
    let needs = format!("{INSUFFICIENT}, scope=\"duty\"");
    assert_eq!(service.with_token("/file", &off_duty).await, refused(403, &needs));
    assert_eq!(service.with_token("/file", &service.token(&[User]).await).await, refused(403, INSUFFICIENT));
    assert_eq!(service.anonymously("/file").await, refused(401, "scope=\"duty\""));
}

#[tokio::test]
async fn one_router_with_two_states_uses_the_auth_of_each() {
    let (first, _, store) = crate::service::auth(|builder| builder);
    let (second, ..) = crate::service::auth(|builder| builder);
    let moderator = crate::service::user(&store, vec![Moderator.to_string()]).await;
    let token = auth_core::testing::sign_in(&first, &moderator, "pwd", "").await.unwrap();
    let router = GuardedRouter::new().route("/own", get(own)).guard::<Staff>();
    let (ours, theirs) = (router.clone().with_state(first), router.with_state(second));
    let (ours, theirs) = (Service::start(|_| ours).await, Service::start(|_| theirs).await);
    assert_eq!(ours.with_token("/own", token.expose()).await, let_in());
    assert_eq!(theirs.with_token("/own", token.expose()).await.status, 401, "the second `Auth` has no such session");
}

#[test]
fn the_table_shows_merged_and_unchecked_routes() {
    let table = app().policy();
    let rows: Vec<_> =
        table.routes().iter().map(|row| format!("{} {} {}", row.method, row.path, row.requirement)).collect();
    let duty = r#"all(role(Moderator), all(all(role(Moderator), scope("duty"), fresh("10m")), scope("duty")))"#;
    let expected = [
        "GET /open public",
        "ANY /staff/* all(role(Moderator), auth)",
        "OTHER /staff/* all(role(Moderator), auth)",
        "GET /staff/after all(role(Moderator), auth)",
        "GET /staff/before all(role(Moderator), auth)",
        &format!("GET /staff/deeper {duty}"),
        "GET /staff/merged all(role(Moderator), auth)",
    ];
    assert_eq!(rows, expected);
    let unchecked: Vec<_> = table.unchecked().iter().map(|row| (&*row.path, &*row.guards)).collect();
    assert_eq!(unchecked, [("/staff/*", &["Staff"][..]), ("/staff/files/*", &["Staff"])]);
    assert!(table.unchecked().iter().all(|row| row.file.ends_with("routers.rs")));
}

#[tokio::test]
async fn the_policy_is_served_to_callers_that_meet_its_guard() {
    let router = GuardedRouter::new()
        .nest("/admin", GuardedRouter::new().policy_route::<Staff>("/policy").guard::<Staff>())
        .route("/open", get(open));
    let service = Service::start(|auth| router.with_state(auth.clone())).await;
    let token = service.token(&[Moderator]).await;
    assert_eq!(service.anonymously("/admin/policy").await, refused(401, NOTHING));
    assert_eq!(service.with_token("/admin/policy", &service.token(&[]).await).await, refused(403, INSUFFICIENT));
    let answer = service.get("/admin/policy").bearer_auth(&token).send().await.unwrap();
    let table: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(table["routes"][0]["path"], "/admin/policy");
    assert_eq!(table["routes"][0]["requirement"], "all(role(Moderator), role(Moderator))");
    assert_eq!(table["routes"][1]["handler"], "open");
    assert!(table["routes"][1]["line"].as_u64().unwrap() > 0);
    let page = service.get("/admin/policy").bearer_auth(&token).header("accept", "text/html,*/*").send().await.unwrap();
    assert!(page.text().await.unwrap().contains("<code>/open</code>"));
}

/// The panic message of a router that cannot be built.
fn refused_at_start(make: impl FnOnce() -> GuardedRouter<Auth>) -> String {
    let error = catch_unwind(AssertUnwindSafe(make)).expect_err("the router was made");
    error.downcast_ref::<String>().expect("a message").clone()
}

#[test]
fn a_public_route_in_a_guarded_router_is_refused_at_start() {
    let before = refused_at_start(|| GuardedRouter::new().route("/open", get(open)).guard::<Staff>());
    let after = refused_at_start(|| GuardedRouter::new().guard::<Staff>().route("/open", get(open)));
    let nested = GuardedRouter::new().route("/open", get(open));
    let nested = refused_at_start(|| GuardedRouter::new().guard::<Staff>().nest("/a", nested));
    let fallback = refused_at_start(|| GuardedRouter::new().guard::<Staff>().fallback(open));
    for message in [&before, &after, &nested, &fallback] {
        assert!(message.contains("is public (`open`") && message.contains("`Staff` would close it"), "{message}");
    }
    assert!(nested.contains("GET /a/open"), "{nested}");
}

#[test]
fn a_route_behind_a_guard_reads_the_credentials_that_it_names() {
    let table = GuardedRouter::<Auth>::new()
        .route("/keyed", get(keyed))
        .route("/keyed-scope", get(keyed_scope))
        .guard::<Known>()
        .policy();
    let [keyed, scoped] = table.routes() else { panic!("two routes") };
    assert_eq!(keyed.requirement.to_string(), "all(any(auth, api_key), api_key)");
    let words = "all(any(auth, api_key), by(api_key, all(api_key, scope(\"duty\"))))";
    assert_eq!(scoped.requirement.to_string(), words);
}

/// axum answers a path below `/outer/inner` by the fallback around `/outer`, and the table would show another guard.
#[test]
fn a_nested_fallback_that_axum_would_drop_is_refused_at_start() {
    let inner = || GuardedRouter::new().route("/open", get(open)).fallback(keyed);
    let lost = refused_at_start(|| {
        let outer = GuardedRouter::new().nest("/inner", inner());
        GuardedRouter::new().nest("/outer", outer).fallback(open)
    });
    assert!(lost.contains("`/outer/inner/*` (`keyed`, "), "{lost}");
    let with_its_own = GuardedRouter::new().nest("/inner", inner()).fallback(keyed_scope);
    let with_its_own = GuardedRouter::<Auth>::new().nest("/outer", with_its_own).fallback(open);
    let at_its_whole_path = GuardedRouter::<Auth>::new().nest("/outer/inner", inner()).fallback(open);
    assert_eq!((with_its_own.policy().routes().len(), at_its_whole_path.policy().routes().len()), (4, 3));
}

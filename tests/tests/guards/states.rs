//! Where a router's `Auth` comes from: a state behind an `Arc`, a router with a state of its own, and an `Auth` that lacks a
//! store.

use std::io;
use std::sync::{Arc, Mutex};

use auth_core::issuer::Issuer;
use auth_core::prelude::*;
use auth_core::store::{MemoryStore, StoreError};
use auth_core::{Context, Refusal, Registration};
use axum::extract::{FromRef, State};

use crate::handlers::Staff;
use crate::service::Role::{Moderator, User};
use crate::service::{INVALID, NOTHING, Service, let_in, refused};

#[derive(Clone, FromRef)]
struct AppState {
    auth: Auth,
    greeting: &'static str,
}

/// The application's user, whose greeting is in the state.
struct Greeted(&'static str);

impl FromSubject<Arc<AppState>> for Greeted {
    async fn from_subject(_: &Identity, state: &Arc<AppState>) -> Result<Option<Self>, StoreError> {
        Ok(Some(Self(state.greeting)))
    }
}

#[require_auth]
async fn greet(identity: Identity, CurrentUser(user): CurrentUser<Greeted>) -> String {
    format!("{} {}", user.0, identity.subject())
}

#[require_auth]
#[authorize(state.greeting == "hello")]
async fn polite(State(state): State<Arc<AppState>>, _: Context, State(_): State<Auth>, _body: String) {}

#[tokio::test]
async fn a_state_behind_an_arc_holds_its_auth() {
    let app = |auth: &Auth| {
        let state = Arc::new(AppState { auth: auth.clone(), greeting: "hello" });
        let guarded = GuardedRouter::new().route("/greet", get(greet)).route("/polite", get(polite));
        let staff = GuardedRouter::new().route("/staff", get(polite)).guard::<Staff>();
        let plain = axum::Router::new().route("/plain", axum::routing::get(greet));
        guarded.merge(staff).merge(auth.routes()).merge_unchecked(plain).with_state(state)
    };
    let service = Service::start(app).await;
    let user = service.user(&[]).await;
    let token = service.token_of(&user, "pwd", "").await;
    for path in ["/greet", "/polite", "/plain", "/staff", "/auth/sessions"] {
        assert_eq!(service.anonymously(path).await, refused(401, NOTHING), "{path}");
    }
    assert_eq!(service.with_token("/polite", &token).await, let_in());
    assert_eq!(service.with_token("/staff", &token).await.status, 403);
    for path in ["/greet", "/plain"] {
        let text = service.get(path).bearer_auth(&token).send().await.unwrap().text().await.unwrap();
        assert_eq!(text, format!("hello {user}"), "{path}");
    }
}

#[require_auth]
async fn own() {}

/// A refusal in the realm of the router that answers it.
#[public]
async fn not_allowed() -> Result<(), Refusal> {
    Err(Refusal::Forbidden)
}

#[derive(Clone)]
struct Billing {
    auth: Auth,
}

impl FromRef<Billing> for Auth {
    fn from_ref(state: &Billing) -> Self {
        state.auth.clone()
    }
}

/// Routes with a state of their own.
fn billing(auth: &Auth) -> GuardedRouter<Auth> {
    let staff = GuardedRouter::new().route("/staff", get(own)).guard::<Staff>();
    let billing: GuardedRouter<Billing> = GuardedRouter::new()
        .route("/own", get(own))
        .route("/refusal", get(not_allowed))
        .policy_route::<Staff>("/policy")
        .nest("/more", staff)
        .fallback(own);
    billing.provide_state(Billing { auth: auth.clone() })
}

#[test]
fn a_router_with_a_state_of_its_own_keeps_its_rows() {
    let (auth, ..) = crate::service::auth(|builder| builder);
    let app = GuardedRouter::new().route("/own", get(own)).nest("/billing", billing(&auth));
    let lines: Vec<_> = app.policy().lock().lines().map(|line| line.split(" [").next().unwrap().to_owned()).collect();
    let expected = [
        "ANY /billing/*: auth",
        "GET /billing/more/staff: all(role(Moderator), auth)",
        "GET /billing/own: auth",
        "GET /billing/policy: role(Moderator)",
        "GET /billing/refusal: public",
        "GET /own: auth",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn each_router_uses_the_auth_of_its_own_state() {
    let other_auth = |realm: &str, store: MemoryStore| {
        let key = auth_core::token::SigningKey::hs256(&"another secret of these tests: Zk41".to_owned().into());
        Auth::builder(key.unwrap(), "https://billing.example", realm).store(store).build().unwrap()
    };
    let store = MemoryStore::default();
    let inner = other_auth("billing", store.clone());
    let routes = billing(&inner);
    let behind: GuardedRouter<Auth> = GuardedRouter::new().route("/own", get(own)).provide_state(inner.clone());
    let app = |auth: &Auth| {
        let app = GuardedRouter::new().route("/own", get(own)).nest("/billing", routes);
        app.nest("/behind", GuardedRouter::new().merge(behind).guard::<Staff>()).with_state(auth.clone())
    };
    let service = Service::start(app).await;
    let (ours, staff) = (service.token(&[User]).await, service.token(&[Moderator]).await);
    let theirs = crate::service::user(&store, vec![Moderator.to_string()]).await;
    let theirs = auth_core::testing::sign_in(&inner, &theirs, "pwd", "").await.unwrap();
    let theirs = theirs.expose();

    assert_eq!(service.with_token("/own", &ours).await, let_in());
    assert_eq!(service.with_token("/own", theirs).await, refused(401, INVALID));
    for path in ["/billing/own", "/billing/more/staff", "/billing/no-such-route"] {
        assert_eq!(service.with_token(path, theirs).await, let_in(), "{path}");
        for token in [&ours, &staff] {
            let answer = service.with_token(path, token).await;
            assert_eq!((answer.status, &*answer.challenge), (401, &*invalid_in("billing")), "{path}");
        }
    }
    // The guard around such a router is the outer router's, and comes first.
    assert_eq!(service.with_token("/behind/own", theirs).await, refused(401, INVALID));
    assert_eq!(service.with_token("/behind/own", &ours).await.status, 403);
    assert_eq!(service.with_token("/behind/own", &staff).await.challenge, invalid_in("billing"));

    let answer = service.anonymously("/billing/refusal").await;
    let forbidden = "Bearer realm=\"billing\", error=\"insufficient_scope\"";
    assert_eq!((answer.status, &*answer.challenge), (403, forbidden));
    let page = service.get("/billing/policy").bearer_auth(theirs).send().await.unwrap();
    let table: serde_json::Value = serde_json::from_str(&page.text().await.unwrap()).unwrap();
    let paths: Vec<_> = table["routes"].as_array().unwrap().iter().map(|row| row["path"].as_str().unwrap()).collect();
    assert!(paths.contains(&"/own") && paths.contains(&"/billing/own"), "the whole application's: {paths:?}");
}

fn invalid_in(realm: &str) -> String {
    format!("Bearer realm=\"{realm}\", {INVALID}")
}

/// What a service logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[public]
async fn sign_up(State(auth): State<Auth>, context: Context) -> Result<(), Refusal> {
    auth.register(&context, Registration::new("ada@example.com", "correct horse battery".to_owned())).await?;
    Ok(())
}

#[require(any(auth, api_key))]
async fn by_key() {}

#[tokio::test]
async fn a_missing_store_is_a_500_with_a_line_in_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
    // For this thread, on which the service runs as well.
    let _logging = tracing::subscriber::set_default(lines);
    let (whole, _, store) = crate::service::auth(|builder| builder);
    let owner = crate::service::user(&store, vec![]).await;
    let key = crate::service::key(&whole, &owner, &[]).await;

    let issuer = Issuer::new("https://login.example", "api").unwrap();
    let auth = Auth::resource_server("api").trust(issuer).build().unwrap();
    let app = GuardedRouter::new().route("/sign-up", get(sign_up)).route("/by-key", get(by_key)).with_state(auth);
    let service = Service::start(|_| app).await;
    let answer = async |path: &str, key: Option<&str>| {
        let request = key.into_iter().fold(service.get(path), |request, key| request.header("x-api-key", key));
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body: serde_json::Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert!(headers.get("www-authenticate").is_none() && headers.get("retry-after").is_none(), "{headers:?}");
        (status, body["type"].as_str().unwrap().to_owned(), std::mem::take(&mut *log.0.lock().unwrap()))
    };
    let misconfigured = "urn:auth-core:problem:misconfigured";
    for (path, key, line) in [
        ("/sign-up", None, "an operation needs accounts and sessions, which this Auth was built without"),
        ("/by-key", Some(&*key), "a route takes API keys, and this Auth has no store for them"),
    ] {
        let (status, kind, log) = answer(path, key).await;
        assert_eq!((status, &*kind), (500, misconfigured), "{path}");
        let log = String::from_utf8(log).unwrap();
        assert!(log.lines().any(|written| written.contains("ERROR auth: ") && written.contains(line)), "{log}");
    }
    assert_eq!(service.anonymously("/by-key").await.status, 401);
    assert_eq!(service.with_key("/by-key", "no key").await.status, 401);
}

//! The context of an operation in its event.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::cluster::MemoryFanout;
use auth_core::event::{Event, EventKind, EventSink, Outcome};
use auth_core::prelude::*;
use auth_core::store::{AccountPatch, Audit, MemoryStore, Page, UserDirectory as _};
use auth_core::{Actor, Context, Login, Refusal, Registration, testing};
use axum::extract::State;
use serde_json::Value;

#[derive(Clone, Default)]
struct Recorded(Arc<Mutex<Vec<Event>>>);

#[async_trait]
impl EventSink for Recorded {
    async fn record(&self, event: Event) {
        // An asynchronous sink: the request does not wait for it.
        tokio::task::yield_now().await;
        self.0.lock().unwrap().push(event);
    }
}

impl Recorded {
    fn of(&self, name: &str) -> Vec<Event> {
        self.0.lock().unwrap().iter().filter(|event| event.kind.name() == name).cloned().collect()
    }
}

#[require_auth]
async fn end_everywhere(identity: Identity, context: Context, State(auth): State<Auth>) -> Result<(), Refusal> {
    Ok(auth.logout_everywhere(&context, identity.subject()).await?)
}

/// Its condition says no, or that there is nothing, by the path.
#[require_auth]
#[authorize(is_there(&path)?)]
async fn conditional(axum::extract::Path(path): axum::extract::Path<String>) -> Result<(), Refusal> {
    Ok(())
}

fn is_there(path: &str) -> Result<bool, Refusal> {
    if path == "no" { Ok(false) } else { Err(Refusal::NotFound { what: "page" }) }
}

#[require_auth]
#[authorize(is_there(&path))]
async fn conditional_result(axum::extract::Path(path): axum::extract::Path<String>) {}

async fn serve(auth: &Auth) -> String {
    let routes = GuardedRouter::new().route("/end", post(end_everywhere)).merge(auth.routes());
    let routes = routes.route("/if/{path}", get(conditional)).route("/result/{path}", get(conditional_result));
    let app: axum::Router = routes.with_state(auth.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    url
}

const PASSWORD: &str = "three words and a comma";

#[tokio::test]
async fn a_condition_that_refuses_is_an_event_with_its_caller() {
    let events = Recorded::default();
    let auth = testing::in_memory().events(events.clone()).build().unwrap();
    let (ada, _) =
        auth.register(&Context::system("test"), Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    let (url, token) = (serve(&auth).await, testing::sign_in(&auth, &ada, "pwd", "").await.unwrap());
    for (n, (path, status)) in [("if/no", 403), ("result/no", 403), ("result/none", 404)].into_iter().enumerate() {
        let sent = reqwest::Client::new().get(format!("{url}/{path}")).bearer_auth(token.expose()).send().await;
        assert_eq!(sent.unwrap().status(), status, "{path}");
        auth.settled().await;
        let refused = events.of("access_refused");
        let last = refused.last().unwrap();
        assert_eq!((refused.len(), last.kind.subject(), last.outcome), (n + 1, Some(&ada), Outcome::Refused), "{path}");
    }
}

#[tokio::test]
async fn an_event_names_its_actor_and_origin() {
    let events = Recorded::default();
    let auth = testing::in_memory().events(events.clone()).build().unwrap();
    let system = Context::system("a test");
    let (ada, _) = auth.register(&system, Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    assert_eq!(events.of("user_registered")[0].context, system);

    let url = serve(&auth).await;
    let client = reqwest::Client::builder().user_agent("a browser").build().unwrap();
    let login = client.post(format!("{url}/auth/login")).header("x-request-id", "r-1");
    let login = login.form(&[("username", "ada@example.com"), ("password", PASSWORD)]).send().await.unwrap();
    let tokens: Value = login.json().await.unwrap();
    let begun = &events.of("login_succeeded")[0];
    assert_eq!(begun.context.actor, Actor::Anonymous);
    assert_eq!(begun.context.address.unwrap().to_string(), "127.0.0.1");
    assert_eq!((begun.context.agent.as_deref(), begun.context.request_id.as_deref()), (Some("a browser"), Some("r-1")));
    assert_eq!(auth.sessions(&ada, Page::first(10)).await.unwrap()[0].agent.as_deref(), Some("a browser"));

    let token = tokens["access_token"].as_str().unwrap();
    let ended =
        client.post(format!("{url}/end")).bearer_auth(token).header("x-request-id", "r-2").send().await.unwrap();
    assert_eq!(ended.status(), 200);
    for name in ["tokens_revoked", "sessions_ended"] {
        let event = &events.of(name)[0];
        assert_eq!(event.context.actor, Actor::Subject(ada.clone()), "{name}");
        assert_eq!(event.context.request_id.as_deref(), Some("r-2"), "{name}");
    }
    let refused = client.post(format!("{url}/end")).bearer_auth("forged").header("x-request-id", "r-3").send().await;
    assert_eq!(refused.unwrap().status(), 401);
    // Asynchronous sinks receive the events of guards a moment later.
    while events.of("access_refused").is_empty() {
        tokio::task::yield_now().await;
    }
    for name in ["credential_refused", "access_refused"] {
        let event = &events.of(name)[0];
        assert_eq!((event.context.request_id.as_deref(), event.outcome), (Some("r-3"), Outcome::Refused), "{name}");
    }
}

#[tokio::test]
async fn an_event_is_flat_json_and_deserialises_to_the_same() {
    let events = Recorded::default();
    let auth = testing::in_memory().events(events.clone()).build().unwrap();
    let context = Context::system("import").agent("a\u{0}b").request_id("r-1").address([10, 0, 0, 1].into());
    let (ada, _) = auth.register(&context, Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    let event = events.of("user_registered").remove(0);
    let json = serde_json::to_value(&event).unwrap();
    assert_eq!(json["kind"], "user_registered");
    assert_eq!(json["outcome"], "success");
    assert_eq!(json["subject"], ada.as_str());
    assert_eq!(json["actor"], serde_json::json!({ "type": "system", "id": "import" }));
    assert_eq!(
        (&json["address"], &json["agent"], &json["request_id"]),
        (&"10.0.0.1".into(), &"ab".into(), &"r-1".into())
    );
    let back: Event = serde_json::from_value(json).unwrap();
    assert_eq!((back.id, back.kind, back.context), (event.id, event.kind, event.context));
}

#[tokio::test]
async fn a_failed_login_records_the_subject_and_not_the_login_name() {
    let events = Recorded::default();
    let auth = testing::in_memory().events(events.clone()).build().unwrap();
    let context = Context::system("a test");
    let (ada, _) = auth.register(&context, Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    for (name, subject) in [("ada@example.com", Some(ada)), ("bob@example.com", None)] {
        assert!(auth.login(&context, Login::new(name, "another password")).await.is_err());
        while events.of("login_failed").is_empty() {
            tokio::task::yield_now().await;
        }
        let event = events.0.lock().unwrap().pop().unwrap();
        assert_eq!(event.kind, EventKind::LoginFailed { subject });
        assert!(!serde_json::to_string(&event).unwrap().contains("example.com"));
    }
}

#[tokio::test]
async fn a_change_in_the_applications_own_store_reaches_guards_and_the_audit_trail() {
    let (events, store) = (Recorded::default(), MemoryStore::new());
    let auth = testing::in_memory().store(store.clone()).events(events.clone()).build().unwrap();
    let context = Context::system("import");
    let (ada, _) = auth.register(&context, Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    let token = testing::sign_in(&auth, &ada, "pwd", "").await.unwrap();
    let url = serve(&auth).await;
    let sessions = || reqwest::Client::new().get(format!("{url}/auth/sessions")).bearer_auth(token.expose()).send();
    assert_eq!(sessions().await.unwrap().status(), 200);
    let inactive = AccountPatch { active: Some(false), ..AccountPatch::default() };
    store.update(&ada, inactive, Audit::none()).await.unwrap();
    auth.invalidate_subject(&context, &ada).await;
    assert_eq!(sessions().await.unwrap().status(), 401);
    assert_eq!(events.of("subject_invalidated").len(), 1);
}

#[tokio::test]
async fn all_cached_state_of_every_node_is_dropped() {
    let (events, store, fanout) = (Recorded::default(), MemoryStore::new(), MemoryFanout::new());
    let node = || testing::in_memory().store(store.clone()).fanout(fanout.clone()).cache_ttl(Duration::from_hours(1));
    let (one, other) = (node().events(events.clone()).build().unwrap(), node().build().unwrap());
    let context = Context::system("restored backup");
    let (ada, _) = one.register(&context, Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    let status = async |url: &str, token: &str| {
        let sent = reqwest::Client::new().get(format!("{url}/auth/sessions")).bearer_auth(token).send().await;
        sent.unwrap().status().as_u16()
    };
    let mut nodes = Vec::new();
    for auth in [&one, &other] {
        let (url, token) = (serve(auth).await, testing::sign_in(auth, &ada, "pwd", "").await.unwrap());
        assert_eq!(status(&url, token.expose()).await, 200);
        nodes.push((url, token));
    }
    let inactive = AccountPatch { active: Some(false), ..AccountPatch::default() };
    store.update(&ada, inactive, Audit::none()).await.unwrap();
    for (url, token) in &nodes {
        assert_eq!(status(url, token.expose()).await, 200, "it is cached");
    }
    one.invalidate_all(&context).await;
    assert_eq!(status(&nodes[0].0, nodes[0].1.expose()).await, 401);
    let dropped = async { while status(&nodes[1].0, nodes[1].1.expose()).await != 401 {} };
    tokio::time::timeout(Duration::from_mins(1), dropped).await.expect("the other node drops its caches");
    assert_eq!(events.of("caches_invalidated").len(), 1);
}

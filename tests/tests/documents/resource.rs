//! RFC 9728: the metadata of a protected resource, the challenges that name it, and a client of MCP that logs in by them.

use std::path::Path;
use std::sync::Arc;

use auth_core::http::Json;
use auth_core::issuer::Issuer;
use auth_core::prelude::*;
use auth_core::store::MemoryStore;
use auth_core::testing::{in_memory, sign_in};
use auth_core::token::{Es256, SigningKey};
use auth_core::{AccessError, Context, Dpop, Part, Refusal, Registration};
use auth_tests::{npm, serve};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const PATH: &str = "/.well-known/oauth-protected-resource";

#[require_scope("notes:read")]
async fn read() {}

#[require(all(scope("notes:read"), scope("notes:write"), not(scope("frozen"))))]
async fn write() {}

#[require(any(scope("notes:admin"), fresh("1m")))]
async fn admin() {}

#[api_key(scope = "metrics")]
async fn metrics() {}

fn routes() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/read", get(read))
        .route("/write", get(write))
        .route("/admin", get(admin))
        .route("/metrics", get(metrics))
}

async fn served(auth: Auth) -> String {
    serve(routes().merge(auth.routes()).with_state(auth)).await
}

async fn get_json(url: String) -> Value {
    let answer = reqwest::get(url).await.unwrap().error_for_status().unwrap();
    assert_eq!(answer.headers()["cache-control"], "public, max-age=3600");
    answer.json().await.unwrap()
}

async fn challenges(url: &str, path: &str) -> Vec<String> {
    let answer = reqwest::get(format!("{url}{path}")).await.unwrap();
    assert_eq!(answer.status(), 401);
    let values = answer.headers().get_all("www-authenticate").iter();
    values.map(|value| value.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn rfc9728_s2_the_metadata_names_issuer_and_scopes_of_access_tokens() {
    let url = served(in_memory().resource("https://notes.example.com").build().unwrap()).await;
    let metadata = get_json(format!("{url}{PATH}")).await;
    assert_eq!(
        metadata,
        json!({
            "resource": "https://notes.example.com",
            "authorization_servers": ["https://api.example.com"],
            // Not `metrics`, which API keys carry, and not `frozen`, which no caller needs.
            "scopes_supported": ["notes:admin", "notes:read", "notes:write"],
            "bearer_methods_supported": ["header"],
            "resource_name": "api",
        })
    );
}

#[tokio::test]
async fn rfc9728_s3_1_the_resources_path_follows_the_well_known_path() {
    let url = served(in_memory().resource("https://example.com/notes/v1").build().unwrap()).await;
    for path in [PATH.to_owned(), format!("{PATH}/notes/v1")] {
        assert_eq!(get_json(format!("{url}{path}")).await["resource"], "https://example.com/notes/v1");
    }
    let challenges = challenges(&url, "/read").await;
    assert!(
        challenges[0]
            .contains(r#"resource_metadata="https://example.com/.well-known/oauth-protected-resource/notes/v1""#)
    );
}

#[tokio::test]
async fn rfc9728_s5_1_challenges_name_the_metadata_and_the_scopes_that_are_needed() {
    let auth = in_memory().resource("https://notes.example.com").dpop(Dpop::optional()).build().unwrap();
    let url = served(auth).await;
    let metadata = r#"resource_metadata="https://notes.example.com/.well-known/oauth-protected-resource""#;
    let found = challenges(&url, "/read").await;
    assert_eq!(found[0], format!(r#"Bearer realm="api", scope="notes:read", {metadata}"#));
    assert!(found[1].starts_with(&format!(r#"DPoP realm="api", scope="notes:read", {metadata}, algs="#)), "{found:?}");
    assert!(challenges(&url, "/write").await[0].contains(r#" scope="notes:read notes:write","#));
    // Any of several is enough: no list of scopes says so.
    assert!(!challenges(&url, "/admin").await[0].contains("scope="));
    // The scope of an API key is none that a token could have.
    assert!(!challenges(&url, "/metrics").await[0].contains("scope="));
}

#[tokio::test]
async fn rfc9728_s5_1_a_challenge_names_no_metadata_that_is_not_served() {
    let auth = in_memory().resource("https://notes.example.com").build().unwrap();
    let router = routes().merge(auth.routes().without(Part::ResourceMetadata));
    let url = serve(router.with_state(auth)).await;
    assert_eq!(reqwest::get(format!("{url}{PATH}")).await.unwrap().status(), 404);
    assert_eq!(challenges(&url, "/read").await, [r#"Bearer realm="api", scope="notes:read""#]);
}

#[tokio::test]
async fn rfc9728_s5_1_a_challenge_names_no_metadata_that_is_served_elsewhere() {
    let auth = in_memory().resource("https://notes.example.com").build().unwrap();
    let router = GuardedRouter::<Auth>::new().nest("/api", routes().merge(auth.routes()));
    let url = serve(router.with_state(auth)).await;
    assert_eq!(reqwest::get(format!("{url}/api{PATH}")).await.unwrap().status(), 200);
    assert_eq!(challenges(&url, "/api/read").await, [r#"Bearer realm="api", scope="notes:read""#]);
}

#[test]
fn a_resource_that_is_no_url_is_refused() {
    for url in
        ["notes", "ftp://notes.example.com", "https://notes.example.com/#a", "https://notes.example.com?a", "https://"]
    {
        let error = in_memory().resource(url).build().unwrap_err();
        assert!(error.to_string().contains("resource is not an http or https URL"), "{url}: {error}");
    }
}

// A server of MCP, and the issuer that it trusts.

#[derive(Deserialize)]
struct Message {
    id: Option<Value>,
    method: String,
    #[serde(default)]
    params: Value,
}

#[require_scope("mcp:read")]
async fn mcp(identity: Identity, Json(message): Json<Message>) -> Result<Response, Refusal> {
    let result = match (message.method.as_str(), message.params["name"].as_str()) {
        ("initialize", _) => json!({
            "protocolVersion": message.params["protocolVersion"],
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "test", "version": "1" },
        }),
        ("tools/call", Some("write")) if !identity.has_scope("mcp:write") => {
            return Err(AccessError::InsufficientScope { scopes: vec!["mcp:read", "mcp:write"] }.into());
        }
        ("tools/call", Some(name)) => {
            json!({ "content": [{ "type": "text", "text": format!("{name} for {}", identity.subject()) }] })
        }
        _ => return Ok(StatusCode::ACCEPTED.into_response()),
    };
    Ok(Json(json!({ "jsonrpc": "2.0", "id": message.id, "result": result })).into_response())
}

#[derive(Clone)]
struct Login {
    auth: Auth,
    ada: SubjectId,
    url: Arc<str>,
}

impl axum::extract::FromRef<Login> for Auth {
    fn from_ref(login: &Login) -> Self {
        login.auth.clone()
    }
}

#[public]
async fn metadata(State(login): State<Login>) -> Json<Value> {
    let url = &*login.url;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "registration_endpoint": format!("{url}/register"),
        "jwks_uri": format!("{url}/.well-known/jwks.json"),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
    }))
}

#[public]
async fn register(Json(mut client): Json<Value>) -> (StatusCode, Json<Value>) {
    client["client_id"] = "test".into();
    (StatusCode::CREATED, Json(client))
}

#[derive(Deserialize)]
struct Authorize {
    redirect_uri: String,
    scope: String,
    #[serde(default)]
    state: String,
}

/// Ada is logged in, and agrees. The code is the scope.
#[public]
async fn authorize(Query(query): Query<Authorize>) -> Redirect {
    let code = query.scope.replace(' ', "+");
    Redirect::to(&format!("{}?code={code}&state={}", query.redirect_uri, query.state))
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[public]
async fn token(State(login): State<Login>, Form(form): Form<Code>) -> Json<Value> {
    let token = sign_in(&login.auth, &login.ada, "pwd", &form.code).await.unwrap();
    Json(json!({ "access_token": token.expose(), "token_type": "Bearer", "expires_in": 900, "scope": form.code }))
}

async fn bound() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// An issuer whose tokens are for `audience`.
async fn issuer(audience: &str) -> String {
    let (listener, url) = bound().await;
    let auth = Auth::builder(SigningKey::<Es256>::generate().unwrap(), &url, audience);
    let auth = auth.store(MemoryStore::new()).scopes(["mcp:read", "mcp:write"]).build().unwrap();
    let ada = Registration::new("ada@example.com", "three words and a comma");
    let (ada, _) = auth.register(&Context::system("test"), ada).await.unwrap();
    let router = GuardedRouter::new()
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route("/register", post(register))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .merge(auth.routes().only([Part::Keys]));
    let app = router.with_state::<()>(Login { auth, ada, url: url.as_str().into() });
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_mcp_discovers_the_issuer_logs_in_and_asks_for_more_scope() {
    let (listener, server) = bound().await;
    let issuer = issuer("mcp").await;
    let trusted = Issuer::new(&issuer, "mcp").unwrap().plain_http();
    let auth = Auth::resource_server("mcp").resource(&server).trust(trusted).build().unwrap();
    // A client that does not read the challenge asks for every scope of the metadata, `notes:read` as well.
    let routes = GuardedRouter::new().route("/mcp", post(mcp)).route("/read", get(read));
    let app = routes.merge(auth.resource_routes()).with_state::<()>(auth);
    tokio::spawn(async move { axum::serve(listener, app).await });

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/mcp");
    let input = json!({ "server": format!("{server}/mcp") }).to_string();
    let output = tokio::task::spawn_blocking(move || {
        let mut node = npm::command(&folder)?;
        Some(node.arg(folder.join("client.cjs")).arg(input).output().unwrap())
    });
    let Some(output) = output.await.unwrap() else { return };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (printed, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && printed.ends_with("ok\n"), "{printed}{errors}");
    let asked = |scope: &str| format!("asked {issuer} for [{scope}] of {server}\n");
    assert!(printed.starts_with(&asked("mcp:read")), "{printed}");
    assert!(printed.contains(&asked("mcp:read mcp:write")), "{printed}");
    assert!(printed.contains("write: write for "), "{printed}");
}

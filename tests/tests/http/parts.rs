//! The ready routes in parts, under any prefix, beside routes of the application over the same operations.

use auth_core::http::{FormOrJson, Json, NoStore};
use auth_core::prelude::*;
use auth_core::store::SqliteStore;
use auth_core::testing::in_memory;
use auth_core::token::{SigningKey, random_secret};
use auth_core::{Context, Login, Part, Refusal, Registration, TokenProof, Tokens};
use auth_tests::{Answer, Client};
use axum::extract::State;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tempfile::TempDir;

use crate::PASSWORD;

const EMAIL: &str = "ada@example.com";
const ISSUER: &str = "https://api.example.com";
const METADATA: &str = "/.well-known/oauth-authorization-server";

#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

#[derive(Serialize)]
struct LoggedIn {
    #[serde(flatten)]
    tokens: Tokens,
    user: SubjectId,
}

/// A login with a body of the application's own.
#[public]
async fn login(
    State(auth): State<Auth>,
    context: Context,
    proof: TokenProof,
    FormOrJson(body): FormOrJson<Credentials>,
) -> Result<(NoStore, Json<LoggedIn>), Refusal> {
    let tokens = auth.login(&context, Login::new(body.username, body.password).proof(proof)).await?;
    let user = tokens.subject.clone();
    Ok((NoStore, Json(LoggedIn { tokens, user })))
}

#[require_auth]
async fn logout(State(auth): State<Auth>, context: Context, identity: Identity) -> Result<&'static str, Refusal> {
    auth.logout(&context, &identity).await?;
    Ok("bye")
}

/// An `Auth` on a file with a user.
async fn auth() -> (Auth, SubjectId, TempDir) {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("parts.db").display());
    let key = SigningKey::hs256(&random_secret().unwrap()).unwrap();
    let store = SqliteStore::open(&url).await.unwrap();
    let auth = Auth::builder(key, ISSUER, "parts").store(store).build().unwrap();
    let registration = Registration::new(EMAIL, PASSWORD.to_owned());
    let (subject, _) = auth.register(&Context::system("test"), registration).await.unwrap();
    (auth, subject, folder)
}

async fn serve(auth: &Auth, app: GuardedRouter<Auth>) -> Client {
    Client::new(&auth_tests::serve(app.with_state(auth.clone())).await)
}

async fn log_in(client: &Client, path: &str) -> Answer {
    client.post_form(path, &[("username", EMAIL), ("password", PASSWORD)]).await
}

fn paths(routes: &auth_core::Routes) -> Vec<String> {
    routes.policy().routes().iter().map(|row| format!("{} {}", row.method, row.path)).collect()
}

#[tokio::test]
async fn routes_of_the_application_take_the_place_of_ready_ones() {
    let (auth, subject, _folder) = auth().await;
    let app = GuardedRouter::new()
        .route("/auth/login", post(login))
        .route("/auth/logout", post(logout))
        .merge(auth.routes().without([Part::Login, Part::Logout]));
    let client = serve(&auth, app).await;

    let answer = log_in(&client, "/auth/login").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["user"]), (200, &json!(subject)));
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), (Some("no-store"), Some("no-cache")));
    assert_eq!((&answer.json()["token_type"], &answer.json()["scope"]), (&json!("bearer"), &json!("")));
    let body = json!({ "username": EMAIL, "password": "another guess" });
    client.send(client.request(Method::POST, "/auth/login").json(&body)).await.is_problem(401);

    // The other ready routes go on from there.
    let renewed = client.try_refresh(&answer.tokens().refresh).await.tokens();
    assert_eq!(client.call_as(&renewed.access, Method::POST, "/auth/logout").await.text, "bye");
    assert_eq!(client.get_as(&renewed.access, "/auth/sessions").await.status, 401);
}

#[tokio::test]
async fn every_part_and_the_metadata_follow_the_prefix() {
    guard!(Staff = scope("staff"));
    guard!(Active = auth);
    let (auth, _, _folder) = auth().await;
    for (prefix, at) in [("/api/v1/auth", "/api/v1/auth"), ("account/", "/account"), ("/", ""), ("", "")] {
        let routes = auth.routes().prefix(prefix).api_keys_owned_by::<Staff, Active>().events::<Staff>();
        for path in paths(&routes) {
            let (_, path) = path.split_once(' ').unwrap();
            assert!(path.starts_with(at) || path.starts_with("/.well-known/"), "{path} is not under {at}");
            assert!(!path.starts_with("/auth"), "{path}");
        }
        let client = serve(&auth, GuardedRouter::new().merge(routes)).await;
        let access = log_in(&client, &format!("{at}/login")).await.tokens().access;
        assert_eq!(client.get_as(&access, &format!("{at}/events/mine")).await.status, 200);
        assert_eq!(client.get_as(&access, &format!("{at}/api-keys")).await.status, 403);
        let metadata = client.get(METADATA).await.json();
        for (name, path) in [("token", "token"), ("revocation", "revoke"), ("introspection", "introspect")] {
            let endpoint = metadata[format!("{name}_endpoint")].as_str().unwrap();
            assert_eq!(endpoint, format!("{ISSUER}{at}/{path}"));
            let answer = client.get(endpoint.strip_prefix(ISSUER).unwrap()).await;
            assert_eq!(answer.status, 405, "{name} is not there");
        }
        assert_eq!(metadata["jwks_uri"], format!("{ISSUER}/.well-known/jwks.json"));
    }
}

#[tokio::test]
async fn a_part_that_is_left_out_is_not_in_the_table_the_router_and_the_metadata() {
    let (auth, _, _folder) = auth().await;
    let sessions = auth.routes().only([Part::Logout, Part::Sessions]);
    let expected = ["POST /auth/logout", "POST /auth/logout-all", "GET /auth/sessions", "DELETE /auth/sessions/{id}"];
    let mut found = paths(&sessions);
    found.sort();
    let mut expected = expected.map(str::to_owned);
    expected.sort();
    assert_eq!(found, expected);

    let without = auth.routes().without(Part::Introspection).without(Part::Revocation).without(Part::Keys);
    let client = serve(&auth, GuardedRouter::new().merge(without)).await;
    assert_eq!(client.post_form("/auth/revoke", &[("token", "x")]).await.status, 404);
    let metadata = client.get(METADATA).await.json();
    for name in ["revocation_endpoint", "introspection_endpoint", "jwks_uri"] {
        assert!(metadata.get(name).is_none(), "{metadata}");
        assert!(metadata.get(format!("{name}_auth_methods_supported")).is_none(), "{metadata}");
    }
    let no_oauth = paths(&auth.routes().without(Part::OAUTH));
    assert!(no_oauth.iter().all(|path| !path.contains("oauth") && !path.ends_with("/token")), "{no_oauth:?}");
}

#[tokio::test]
async fn ready_routes_stand_in_a_router_of_another_state_and_under_a_nest() {
    let (auth, _, _folder) = auth().await;
    let nested: GuardedRouter<()> = GuardedRouter::new().nest("/v2", auth.routes().only(Part::Login));
    let client = Client::new(&auth_tests::serve(nested.with_state(())).await);
    log_in(&client, "/v2/auth/login").await.tokens();
}

#[tokio::test]
#[should_panic(expected = "the prefix `/{tenant}/auth` is not a fixed path")]
async fn a_prefix_with_parameters_is_refused_at_start() {
    let _ = in_memory().build().unwrap().routes().prefix("/{tenant}/auth");
}

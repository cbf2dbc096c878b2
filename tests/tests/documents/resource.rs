//! RFC 9728: the metadata of a protected resource, and the challenges that name it. `auth-mcp-tests` has
//! a client that logs in by them.

use auth_core::prelude::*;
use auth_core::testing::in_memory;
use auth_core::{Dpop, Part};
use auth_tests::serve;
use serde_json::{Value, json};

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

//! RFC 8414: authorization server metadata.

use auth_core::prelude::*;
use auth_core::store::MemoryStore;
use auth_core::token::SigningKey;

use crate::service::{ISSUER, Service};

const PATH: &str = "/.well-known/oauth-authorization-server";

async fn metadata(service: &Service) -> serde_json::Map<String, serde_json::Value> {
    let response = service.http.get(format!("{}{PATH}", service.url)).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    response.json().await.unwrap()
}

#[tokio::test]
async fn rfc8414_s2_the_issuer_equals_iss_of_the_tokens() {
    let service = Service::start().await;
    assert_eq!(metadata(&service).await["issuer"], ISSUER);
}

#[tokio::test]
async fn rfc8414_s2_every_named_endpoint_exists() {
    let service = Service::start().await;
    let metadata = metadata(&service).await;
    for (name, method) in [
        ("token_endpoint", "POST"),
        ("revocation_endpoint", "POST"),
        ("introspection_endpoint", "POST"),
        ("jwks_uri", "GET"),
    ] {
        let url = metadata[name].as_str().unwrap();
        let path = url.strip_prefix(ISSUER).unwrap_or_else(|| panic!("{name} is not the issuer's: {url}"));
        let answer = service.http.delete(format!("{}{path}", service.url)).send().await.unwrap();
        assert_eq!(answer.status(), 405, "{name} is not there");
        assert!(answer.headers()["allow"].to_str().unwrap().contains(method));
    }
}

#[tokio::test]
async fn rfc8414_s2_required_members_are_present_and_wrong_defaults_are_overridden() {
    let service = Service::start().await;
    let metadata = metadata(&service).await;
    assert!(metadata["response_types_supported"].is_array());
    assert_eq!(metadata["grant_types_supported"], serde_json::json!(["refresh_token"]));
    let methods = serde_json::json!(["none", "client_secret_basic", "client_secret_post"]);
    assert_eq!(metadata["token_endpoint_auth_methods_supported"], methods);
    assert_eq!(metadata["revocation_endpoint_auth_methods_supported"], methods);
    assert_eq!(metadata["scopes_supported"], serde_json::json!(["jobs", "profile", "reports:read"]));
    assert!(!metadata.contains_key("authorization_endpoint"));
}

#[tokio::test]
async fn rfc8414_s3_2_no_member_is_empty_or_null() {
    let service = Service::start_with(|builder| builder.scopes(Vec::<Box<str>>::new())).await;
    for (name, value) in metadata(&service).await {
        assert!(!value.is_null() && value != serde_json::json!([]) && value != "", "{name} is {value}");
    }
}

#[tokio::test]
async fn rfc9700_s2_4_the_password_grant_is_not_advertised() {
    let service = Service::start().await;
    assert!(!serde_json::to_string(&metadata(&service).await).unwrap().contains("password"));
}

#[tokio::test]
async fn rfc8414_s3_1_an_issuers_path_follows_the_well_known_path() {
    let auth_of = |issuer: &str| {
        let key = SigningKey::hs256(&"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into()).unwrap();
        Auth::builder(key, issuer, "api").store(MemoryStore::default()).build().unwrap()
    };
    let paths = |issuer: &str| -> Vec<String> {
        let table = auth_of(issuer).routes().policy();
        let paths = table.routes().iter().map(|row| row.path.clone());
        paths.filter(|path| path.starts_with(PATH)).collect()
    };
    assert_eq!(paths("https://example.com"), [PATH]);
    assert_eq!(paths("https://example.com/"), [PATH]);
    assert_eq!(paths("https://example.com/tenant/1"), [PATH.to_owned(), format!("{PATH}/tenant/1")]);
    // Without an issuer URL there is no well-known path.
    assert_eq!(paths("my-service"), Vec::<String>::new());
}

#[tokio::test]
async fn rfc8414_s3_2_it_is_cacheable_json_by_get() {
    let service = Service::start().await;
    let url = format!("{}{PATH}", service.url);
    let answer = service.http.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["cache-control"], "public, max-age=3600");
    let posted = service.http.post(&url).send().await.unwrap();
    assert_eq!(posted.status(), 405);
    assert!(posted.headers()["allow"].to_str().unwrap().contains("GET"));
}

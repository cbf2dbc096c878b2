//! Every example: its document, its policy table and the running service agree on each operation.

use std::collections::BTreeSet;

use auth_core::prelude::*;
use auth_core::recovery::LogDelivery;
use auth_core::store::{MemoryStore, SqliteStore};
use auth_core::testing::in_memory;
use auth_core::token::SigningKey;
use auth_core::{AuthBuilder, PolicyTable, Settings};
use auth_tests::{Client, serve};
use serde_json::Value;
use tempfile::TempDir;

use crate::enforcement::{is_what_the_document_says, operations};

/// A program without a library.
#[allow(dead_code, reason = "its `main` is not called")]
#[path = "../../../examples/minimal/src/main.rs"]
mod minimal;

fn builder() -> AuthBuilder {
    let secret = "signing secret of the document's tests".to_owned().into();
    let builder = Auth::builder(SigningKey::hs256(&secret).unwrap(), "https://api.example", "quickstart");
    builder.store(MemoryStore::new()).delivery(LogDelivery)
}

fn auth() -> Auth {
    builder().build().unwrap()
}

/// A new database, and the settings of an example.
fn settings() -> (TempDir, String, Settings) {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("example.db").display());
    let settings = Settings::from_env().unwrap().or_issuer("http://127.0.0.1").or_audience("api");
    let settings = settings.or_secret_beside(&url).unwrap();
    (folder, url, settings)
}

/// Every row but fallbacks is an operation with this requirement, and nothing else is one.
fn agree(document: &Value, table: &PolicyTable) {
    let rows = table.routes().iter().filter(|row| row.path != "*");
    let rows: BTreeSet<_> =
        rows.map(|row| format!("{} {}: {}", row.method, row.path.replace("{*", "{"), row.requirement)).collect();
    let requirement = |object: &Value| object["x-requirement"].as_str().unwrap().to_owned();
    let documented = operations(document);
    let documented = documented.iter().map(|one| format!("{}: {}", one.name(), requirement(&one.object))).collect();
    assert_eq!(rows, documented);
}

/// The document of `routes` has each row of their policy table, and `app`, which serves them, lets in whom it says.
async fn agrees<S: Clone + Send + Sync + 'static>(routes: GuardedRouter<S>, auth: &Auth, app: axum::Router) {
    let (document, table) = (routes.openapi(auth), routes.policy());
    assert!(table.unchecked().is_empty(), "the document lacks what is not checked");
    agree(&document, &table);
    is_resolved(&document, &document);
    let called = is_what_the_document_says(&Client::new(&serve(app).await), &document).await;
    assert_eq!(called, table.routes().iter().filter(|row| row.path != "*").count());
}

#[tokio::test]
async fn the_quickstart() {
    let auth = auth();
    let app = quickstart::router(quickstart::App { auth: auth.clone() });
    agrees(quickstart::routes(&auth), &auth, app).await;
}

#[tokio::test]
async fn minimal() {
    let auth = auth();
    agrees(minimal::routes(&auth), &auth, minimal::routes(&auth).with_state(auth.clone())).await;
}

#[tokio::test]
async fn the_resource_server() {
    let auth = resource_server::auth(resource_server::trusted("http://127.0.0.1:1").unwrap()).unwrap();
    agrees(resource_server::routes(), &auth, resource_server::routes().with_state(auth.clone())).await;
}

#[tokio::test]
async fn the_cluster() {
    let auth = auth();
    agrees(cluster::routes(&auth), &auth, cluster::routes(&auth).with_state(auth.clone())).await;
}

#[tokio::test]
async fn realworld() {
    let (_folder, url, settings) = settings();
    agrees(realworld::routes(), &auth(), realworld::app(&url, settings).await.unwrap()).await;
}

#[tokio::test]
async fn the_fastapi_tutorial() {
    let (_folder, url, settings) = settings();
    agrees(fastapi_tutorial::routes(), &auth(), fastapi_tutorial::app(&url, settings).await.unwrap()).await;
}

#[tokio::test]
async fn the_browser_app() {
    let (_folder, url, settings) = settings();
    agrees(browser_app::routes(), &auth(), browser_app::app(&url, settings).await.unwrap()).await;
}

#[tokio::test]
async fn existing_users() {
    let (_folder, url, _) = settings();
    let store = SqliteStore::open(&url).await.unwrap();
    let app = existing_users::app(store, builder(), LogDelivery).await.unwrap();
    let auth = auth();
    agrees(existing_users::routes(&auth), &auth, app).await;
}

#[tokio::test]
async fn own_tables() {
    let (_folder, url, settings) = settings();
    // It sends no messages, so it has no routes that need one.
    let auth = in_memory().build().unwrap();
    agrees(own_tables::routes(&auth), &auth, own_tables::app(&url, settings).await.unwrap()).await;
}

/// The tests above are of every folder in `examples`.
#[test]
fn no_example_is_left_out() {
    let tests = include_str!("examples.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
    for example in std::fs::read_dir(folder).unwrap() {
        let name = example.unwrap().file_name().into_string().unwrap().replace('-', "_");
        assert!(tests.contains(&format!("agrees({name}::routes(")), "no test of {name}");
    }
}

#[tokio::test]
async fn every_operation_of_the_quickstart_is_documented_in_full() {
    let auth = auth();
    let document = quickstart::routes(&auth).openapi(&auth);
    let mut ids = BTreeSet::new();
    for operation in operations(&document) {
        let (name, object) = (operation.name(), &operation.object);
        assert!(object["summary"].is_string(), "{name} has no summary");
        assert!(!object["responses"].as_object().unwrap().contains_key("default"), "{name} has an unknown response");
        assert!(
            ids.insert(object["operationId"].as_str().unwrap().to_owned()),
            "{name} has the id of another operation"
        );
    }
    is_resolved(&document, &document);
}

/// Every reference leads somewhere.
fn is_resolved(value: &Value, document: &Value) {
    match value {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
            }
            members.values().for_each(|member| is_resolved(member, document));
        }
        Value::Array(items) => items.iter().for_each(|item| is_resolved(item, document)),
        _ => {}
    }
}

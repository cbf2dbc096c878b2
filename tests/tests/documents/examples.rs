//! The documents of the examples against their policy tables.

use std::collections::BTreeSet;

use auth_core::recovery::LogDelivery;
use auth_core::store::MemoryStore;
use auth_core::token::SigningKey;
use auth_core::{Auth, PolicyTable};
use serde_json::Value;

use crate::enforcement::operations;

fn auth() -> Auth {
    let secret = "signing secret of the document's tests".to_owned().into();
    let builder = Auth::builder(SigningKey::hs256(&secret).unwrap(), "https://api.example", "quickstart");
    builder.store(MemoryStore::new()).delivery(LogDelivery).build().unwrap()
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

#[tokio::test]
async fn the_quickstarts_document_has_each_row_of_its_policy_table() {
    let auth = auth();
    let routes = quickstart::routes(&auth);
    agree(&routes.openapi(&auth), &routes.policy());
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

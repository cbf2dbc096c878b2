//! What a router knows for its document besides its policy table.

use std::sync::OnceLock;

use axum::body::Bytes;
use axum::http::Extensions;
use serde_json::{Map, Value};
use utoipa::openapi::path::PathItem;

use super::ApiInfo;
use crate::policy::{PolicyTable, nested};
use crate::service::Auth;
use crate::web::router::Wired;

/// The documentation of one operation.
#[derive(Clone, Debug)]
pub(super) struct Documented {
    pub(super) path: String,
    /// Lower case.
    pub(super) method: String,
    pub(super) operation: Map<String, Value>,
}

/// Documentation by `utoipa`, and the routes of the document and of its page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collected {
    pub(super) operations: Vec<Documented>,
    pub(super) schemas: Map<String, Value>,
    pub(super) info: Option<ApiInfo>,
    pub(super) document_path: Option<String>,
    pub(super) docs_path: Option<String>,
}

impl Collected {
    pub(super) fn add(&mut self, path: &str, item: &PathItem) {
        let Ok(Value::Object(item)) = serde_json::to_value(item) else { return };
        let common = item.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        for (method, operation) in item {
            let Value::Object(mut operation) = operation else { continue };
            let own = operation.entry("parameters").or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(own) = own {
                let name = |parameter: &Value| (parameter["name"].clone(), parameter["in"].clone());
                // A parameter of the operation takes the place of the path's.
                let others = common.iter().filter(|it| own.iter().all(|own| name(own) != name(it)));
                let others: Vec<_> = others.cloned().collect();
                own.extend(others);
            }
            self.operations.push(Documented { path: path.to_owned(), method, operation });
        }
    }

    /// Of a router that is nested under `prefix`.
    pub(crate) fn below(mut self, prefix: &str) -> Self {
        for documented in &mut self.operations {
            documented.path = nested(prefix, &documented.path);
        }
        for path in [&mut self.document_path, &mut self.docs_path].into_iter().flatten() {
            *path = nested(prefix, path);
        }
        self
    }

    /// Adds those of another router. The first document and page stay.
    pub(crate) fn merge(&mut self, other: Self) {
        self.operations.extend(other.operations);
        for (name, schema) in other.schemas {
            self.schemas.entry(name).or_insert(schema);
        }
        self.info = self.info.take().or(other.info);
        self.document_path = self.document_path.take().or(other.document_path);
        self.docs_path = self.docs_path.take().or(other.docs_path);
    }
}

/// The document of an application, made at its first request.
#[derive(Debug, Default)]
pub(crate) struct Published {
    pub(super) collected: Collected,
    json: OnceLock<Bytes>,
}

impl Published {
    pub(crate) fn new(collected: Collected) -> Self {
        Self { collected, json: OnceLock::new() }
    }

    pub(super) fn json(&self, table: &PolicyTable, auth: &Auth) -> Bytes {
        let write = || Bytes::from(self.collected.document(table, auth).to_string());
        self.json.get_or_init(write).clone()
    }
}

impl Wired {
    /// The document of the whole application, with the security schemes of `auth`.
    pub(super) fn document(extensions: &Extensions, auth: &Auth) -> Option<Bytes> {
        let wired = extensions.get::<Self>()?;
        Some(wired.published.json(&wired.table, auth))
    }

    /// The paths of the page and of the document.
    pub(super) fn documentation_paths(extensions: &Extensions) -> Option<(String, String)> {
        let collected = &extensions.get::<Self>()?.published.collected;
        Some((collected.docs_path.clone()?, collected.document_path.clone()?))
    }
}

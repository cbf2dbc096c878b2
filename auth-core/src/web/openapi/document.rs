//! The whole document: one operation for each row of the policy table.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::collected::{Collected, Documented};
use super::operation;
use super::security::Schemes;
use crate::policy::{PolicyTable, RoutePolicy};
use crate::service::Auth;
use crate::web::http::ErrorBody;

impl Collected {
    pub(super) fn document(&self, table: &PolicyTable, auth: &Auth) -> Value {
        let schemes = Schemes::of(auth, table, self.token_url(table));
        let has_problems = auth.0.web.get::<ErrorBody>().is_none();
        let ids = Ids::of(table);
        let rows = || table.routes().iter().flat_map(|row| methods(row).iter().map(move |method| (row, *method)));
        // utoipa names an operation like its function, which another module may have as well.
        let mut given: BTreeMap<&str, usize> = BTreeMap::new();
        rows().filter_map(|(row, method)| self.given_id(row, method)).for_each(|id| *given.entry(id).or_default() += 1);
        let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
        for (row, method) in rows() {
            let by_utoipa = self.documented(row, method);
            let mut operation = operation::of(row, method, by_utoipa, &schemes);
            let id = match self.given_id(row, method) {
                Some(id) if given.get(id) == Some(&1) => id.to_owned(),
                _ => ids.of_row(row, method, |id| given.contains_key(id)),
            };
            operation.insert("operationId".to_owned(), id.into());
            paths.entry(template(&row.path)).or_default().insert(method.to_owned(), operation.into());
        }
        let mut info = Map::new();
        if let Some(api) = &self.info {
            info.insert("title".to_owned(), api.title.clone().into());
            info.insert("version".to_owned(), api.version.clone().into());
            if let Some(description) = &api.description {
                info.insert("description".to_owned(), description.clone().into());
            }
        } else {
            info.extend([("title".to_owned(), auth.realm().into()), ("version".to_owned(), "".into())]);
        }
        let mut document = json!({
            "openapi": "3.1.0",
            "info": info,
            "paths": paths,
            "components": {
                "securitySchemes": schemes.components(),
                "responses": operation::responses(has_problems),
            },
        });
        document["components"]["schemas"] = self.schemas(&document).into();
        document
    }

    /// What utoipa says of an operation.
    fn documented(&self, row: &RoutePolicy, method: &str) -> Option<&Map<String, Value>> {
        let is_it = |documented: &&Documented| documented.path == row.path && documented.method == method;
        self.operations.iter().find(is_it).map(|documented| &documented.operation)
    }

    fn given_id(&self, row: &RoutePolicy, method: &str) -> Option<&str> {
        self.documented(row, method)?.get("operationId")?.as_str()
    }

    /// The login that Swagger UI's Authorize button uses.
    fn token_url<'a>(&'a self, table: &'a PolicyTable) -> Option<&'a str> {
        let given = self.info.as_ref().and_then(|info| info.token_url.as_deref());
        let ready = |module: &str, name: &str| {
            let is_it = |row: &&RoutePolicy| row.declared.module == module && row.declared.name == name;
            table.routes().iter().find(is_it).map(|row| row.path.as_str())
        };
        given
            .or_else(|| ready("auth_core::web::routes::token", "token"))
            .or_else(|| ready("auth_core::web::routes::login", "login"))
    }

    /// The application's schemas, and those of this crate that the document refers to.
    fn schemas(&self, document: &Value) -> Map<String, Value> {
        let mut schemas = self.schemas.clone();
        let known = operation::schemas();
        let mut wanted = BTreeSet::new();
        referred(document, &mut wanted);
        for schema in schemas.values() {
            referred(schema, &mut wanted);
        }
        while let Some(name) = wanted.pop_first() {
            let Some(schema) = known.get(&name).filter(|_| !schemas.contains_key(&name)) else { continue };
            referred(schema, &mut wanted);
            schemas.insert(name, schema.clone());
        }
        schemas
    }
}

/// The names of the schemas that `value` refers to.
fn referred(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            names.extend(reference.and_then(|path| path.strip_prefix("#/components/schemas/")).map(str::to_owned));
            members.values().for_each(|member| referred(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| referred(item, names)),
        _ => {}
    }
}

/// The methods of a row as `OpenAPI` names them; none for a fallback.
fn methods(row: &RoutePolicy) -> &'static [&'static str] {
    if row.path == "*" || row.path.ends_with("/*") {
        return &[];
    }
    match row.method {
        "GET" => &["get"],
        "POST" => &["post"],
        "PUT" => &["put"],
        "PATCH" => &["patch"],
        "DELETE" => &["delete"],
        "HEAD" => &["head"],
        "OPTIONS" => &["options"],
        "TRACE" => &["trace"],
        "ANY" => &["get", "post", "put", "patch", "delete"],
        _ => &[],
    }
}

/// axum's path in the syntax of `OpenAPI`, which has no wildcards.
fn template(path: &str) -> String {
    path.replace("{*", "{")
}

/// Names of operations: the handler's; with its module where several handlers have it, and with the method where one handler
/// answers several.
struct Ids<'a> {
    names: BTreeMap<&'a str, usize>,
    handlers: BTreeMap<String, usize>,
}

impl<'a> Ids<'a> {
    fn of(table: &'a PolicyTable) -> Self {
        let mut ids = Self { names: BTreeMap::new(), handlers: BTreeMap::new() };
        for row in table.routes() {
            let count = methods(row).len();
            *ids.names.entry(name(row)).or_default() += count;
            *ids.handlers.entry(qualified(row)).or_default() += count;
        }
        ids
    }

    fn of_row(&self, row: &RoutePolicy, method: &str, is_given: impl Fn(&str) -> bool) -> String {
        if self.names.get(name(row)) == Some(&1) && !is_given(name(row)) {
            return name(row).to_owned();
        }
        let qualified = qualified(row);
        if self.handlers.get(&qualified) == Some(&1) && !is_given(&qualified) {
            return qualified;
        }
        let path: String = template(&row.path).chars().filter(|c| !matches!(c, '{' | '}')).collect();
        format!("{qualified}_{method}{}", path.replace(['/', '-', '.'], "_"))
    }
}

fn function(row: &RoutePolicy) -> impl Iterator<Item = &str> {
    let path = row.function.unwrap_or(row.declared.name);
    path.rsplit("::")
}

fn name(row: &RoutePolicy) -> &str {
    function(row).next().unwrap_or(row.declared.name)
}

/// The name with that of the innermost module.
fn qualified(row: &RoutePolicy) -> String {
    let module = match row.function {
        Some(_) => function(row).nth(1),
        None => row.declared.module.rsplit("::").next(),
    };
    format!("{}_{}", module.unwrap_or_default(), name(row))
}

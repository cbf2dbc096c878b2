//! One operation: what is documented of its handler, and what its guard adds.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::security::Schemes;
use crate::policy::{Alternative, Requirement, RoutePolicy};

/// The operation of `row` for one method.
pub(super) fn of(
    row: &RoutePolicy,
    method: &str,
    by_utoipa: Option<&Map<String, Value>>,
    schemes: &Schemes,
) -> Map<String, Value> {
    let ready = || super::ready_operation(row);
    let mut operation = by_utoipa.cloned().or_else(ready).unwrap_or_else(|| unknown(row));
    add_path_parameters(row, &mut operation);
    let alternatives = row.requirement.alternatives();
    operation.insert("security".to_owned(), schemes.requirement(&alternatives, row.in_browser));
    operation.insert("x-requirement".to_owned(), row.requirement.to_string().into());
    let is_of_own_page = row.in_browser && !matches!(method, "get" | "head" | "options");
    describe(row, is_of_own_page, &mut operation);
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    if let Value::Object(responses) = responses {
        describe_all(responses);
        add_refusals(row, &alternatives, is_of_own_page, responses);
        if responses.is_empty() || is_refusals_alone(responses) {
            responses.insert("default".to_owned(), json!({ "description": "The handler's response" }));
        }
    }
    operation
}

/// A handler of which only its place in the router is known.
fn unknown(row: &RoutePolicy) -> Map<String, Value> {
    let module = match row.function {
        Some(function) => function.rsplit("::").nth(1),
        None => row.declared.module.rsplit("::").next(),
    };
    Map::from_iter([("tags".to_owned(), json!([module.unwrap_or_default()]))])
}

/// OpenAPI demands a description of each response; utoipa omits an empty one.
fn describe_all(responses: &mut Map<String, Value>) {
    for response in responses.values_mut().filter_map(Value::as_object_mut) {
        if !response.contains_key("$ref") {
            response.entry("description").or_insert_with(|| "".into());
        }
    }
}

fn is_refusals_alone(responses: &Map<String, Value>) -> bool {
    responses.keys().all(|status| REFUSALS.iter().any(|(refusal, ..)| status == refusal))
}

/// Parameters of the path that are not documented.
fn add_path_parameters(row: &RoutePolicy, operation: &mut Map<String, Value>) {
    let names = row.path.split('/').filter_map(|segment| {
        let (_, parameter) = segment.split_once('{')?;
        parameter.split('}').next().map(|name| name.trim_start_matches('*'))
    });
    for name in names {
        let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
        let Value::Array(parameters) = parameters else { continue };
        if !parameters.iter().any(|one| one["in"] == "path" && one["name"] == name) {
            parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
        }
    }
}

/// Adds the requirement to the description.
fn describe(row: &RoutePolicy, is_of_own_page: bool, operation: &mut Map<String, Value>) {
    let mut text = match row.requirement.own() {
        Requirement::Public => "For any caller.".to_owned(),
        Requirement::Optional => "For any caller; an access token that is sent must be valid.".to_owned(),
        _ => format!("Requires `{}`.", row.requirement),
    };
    if !row.conditions.is_empty() {
        text.push_str(" A further condition depends on the request.");
    }
    if is_of_own_page {
        text.push_str(" Without a credential in a header, the request must come from a page of the service.");
    }
    for limit in &row.limits {
        let _ = write!(text, " Limited to `{limit}`.");
    }
    let text = match operation.get("description").and_then(Value::as_str) {
        Some(own) if !own.is_empty() => format!("{own}\n\n{text}"),
        _ => text,
    };
    operation.insert("description".to_owned(), text.into());
}

/// Adds the answers of the guard that are not documented.
fn add_refusals(
    row: &RoutePolicy,
    alternatives: &[Alternative],
    is_of_own_page: bool,
    responses: &mut Map<String, Value>,
) {
    let is_public = matches!(row.requirement.own(), Requirement::Public);
    let is_limited = !row.limits.is_empty();
    // Every credential of an accepted kind is enough, so no verified caller is refused.
    let admits_all = row.conditions.is_empty()
        && row.requirement.parts().all(|part| matches!(part, Requirement::Optional) || part.is_any_credential());
    for (status, name, _) in REFUSALS {
        let applies = match *status {
            "400" | "401" => !is_public,
            "403" => is_of_own_page || (!is_public && !admits_all),
            "429" => !is_public || is_limited,
            _ => !is_public || is_limited,
        };
        let is_never_met = alternatives.is_empty() && *status == "403";
        if (applies || is_never_met) && !responses.contains_key(*status) {
            let reference = json!({ "$ref": format!("#/components/responses/{name}") });
            responses.insert((*status).to_owned(), reference);
        }
    }
}

/// The answers of a guard.
const REFUSALS: &[(&str, &str, &str)] = &[
    ("400", "AmbiguousCredential", "The request has more than one credential of the same kind, or cannot be read."),
    ("401", "Unauthenticated", "The request has no valid credential, or its authentication is too old or too weak."),
    ("403", "Forbidden", "The caller may not do this."),
    ("429", "TooManyRequests", "Too many requests."),
    ("503", "Unavailable", "The service cannot decide or answer now; what cannot be decided is refused."),
];

/// The answers of guards, as components. `has_problems`: the bodies are problem details (RFC 9457).
pub(super) fn responses(has_problems: bool) -> Map<String, Value> {
    let mut responses = Map::new();
    for (status, name, description) in REFUSALS {
        let mut response = json!({ "description": description });
        if has_problems {
            response["content"] =
                json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
        }
        match *status {
            "401" | "403" => {
                response["headers"] = header("WWW-Authenticate", "Challenges (RFC 6750)", "string", *status == "401");
            }
            "429" => response["headers"] = header("Retry-After", "Seconds", "integer", true),
            "503" => response["headers"] = header("Retry-After", "Seconds", "integer", false),
            _ => {}
        }
        responses.insert((*name).to_owned(), response);
    }
    responses
}

fn header(name: &str, description: &str, kind: &str, required: bool) -> Value {
    json!({ name: { "description": description, "required": required, "schema": { "type": kind } } })
}

/// The schemas of this crate.
pub(super) fn schemas() -> Map<String, Value> {
    serde_json::from_str(include_str!("schemas.json")).unwrap_or_default()
}

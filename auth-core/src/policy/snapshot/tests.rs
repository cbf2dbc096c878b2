//! Texts that are read as a policy table, and those that are not.

use serde_json::{Value, json};

use super::PolicySnapshot;
use crate::policy::ChangeKind;

fn refused(text: &str) -> String {
    text.parse::<PolicySnapshot>().unwrap_err().to_string()
}

/// The difference of two tables, in words.
#[track_caller]
fn difference(old: &str, new: &str) -> String {
    old.parse::<PolicySnapshot>().unwrap().diff(&new.parse().unwrap()).to_string()
}

#[test]
fn a_text_with_hidden_characters_is_no_table() {
    for text in [
        "GET /a\u{202e}: auth [a]",
        "GET /a: auth [a\u{200b}]",
        "GET /a: auth, authorize(a == \"\u{202e}\") [a]",
        "GET /a: auth, rate_limit(\"5/m\", by = \u{2066}subject) [a]",
        "ANY /m/*: unchecked behind Sta\u{ad}ff [src/app.rs]",
        "GET /a: auth [a\u{61c}b]",
        "GET /a\u{3164}: auth [a]",
        "GET /a: auth, authorize(a == \"b\u{fe0f}\u{e0041}\") [a]",
    ] {
        let error = refused(&format!("GET /first: auth [first]\n{text}\n"));
        assert!(error.starts_with("not a policy table: line 2: a hidden character: \\u{"), "{error}");
    }
}

#[test]
fn a_line_that_goes_on_or_has_no_method_is_no_line() {
    for (line, why) in [
        ("GET /a: role(x) [a] where role(x) is x or y and z", "expected the end"),
        ("GET /a: role(x) [a] where role(x) is x,", "expected `role(..) is ..`"),
        (" /a: auth [a]", "` /a` is not a method and a path"),
        ("GÉT /a: auth [a]", "`GÉT /a` is not a method and a path"),
        ("GET a: auth [a]", "`GET a` is not a method and a path"),
        ("GET /a: fresh(\"10min\") [a]", "a duration such as"),
        ("GET /a: fresh(\"\") [a]", "a duration such as"),
        ("GET /a: not(auth, api_key) [a]", "one part in `not(..)`"),
        ("GET /a: not() [a]", "one part in `not(..)`"),
    ] {
        let error = refused(line);
        assert!(error.starts_with("not a policy table: line 1: ") && error.contains(why), "{line}: {error}");
    }
}

fn table(route: &Value, plain: &Value) -> String {
    let routes = if route.is_null() { json!([]) } else { json!([route]) };
    let unchecked = if plain.is_null() { json!([]) } else { json!([plain]) };
    json!({ "routes": routes, "unchecked": unchecked }).to_string()
}

fn route(requirement: &str, roles: &Value, conditions: &Value) -> String {
    let route = json!({
        "method": "GET", "path": "/a", "requirement": requirement, "roles": roles, "conditions": conditions,
        "handler": "a", "module": "app", "file": "src/app.rs", "line": 1,
    });
    table(&route, &Value::Null)
}

#[test]
fn json_has_the_roles_and_conditions_of_a_route() {
    let (one, two) = (json!({ "x": ["x"] }), json!({ "x": ["x", "y"] }));
    let text = difference(&route("role(x)", &one, &json!([])), &route("role(x)", &two, &json!([])));
    assert!(text.starts_with("WIDER GET /a") && text.contains("with role `y` and without role `x`"), "{text}");
    let text = difference(&route("auth", &json!({}), &json!(["c"])), &route("auth", &json!({}), &json!([])));
    assert!(text.starts_with("WIDER GET /a") && text.contains("where `c` does not hold"), "{text}");
    let lock = "GET /a: role(x), authorize(c) [app::a] where role(x) is x or y\n";
    assert_eq!(difference(lock, &route("role(x)", &two, &json!(["c"]))), "");
}

#[test]
fn guards_of_a_plain_router_are_opaque_where_only_their_names_are_known() {
    let json = |requirement: Value, roles: Value| {
        let plain = json!({
            "path": "/m/*", "guards": ["Staff"], "requirement": requirement, "roles": roles,
            "file": "src/app.rs", "line": 1,
        });
        table(&Value::Null, &plain)
    };
    let old_lock = "ANY /m/*: unchecked behind Staff [src/app.rs]\n";
    let bare = "ANY /m/*: unchecked [src/app.rs]\n";
    for old in [old_lock, &json(Value::Null, json!({}))] {
        let text = difference(old, bare);
        assert!(text.starts_with("WIDER ANY /m/*: unchecked (was unchecked behind Staff)"), "{text}");
        assert!(text.contains("where `guard Staff` does not hold"), "{text}");
        assert!(difference(bare, old).starts_with("NARROWER"));
    }
    let lock =
        |roles: &str| format!("ANY /m/*: unchecked behind Staff [src/app.rs] = role(x) where role(x) is {roles}\n");
    let known = json(json!("role(x)"), json!({ "x": ["x", "y"] }));
    assert_eq!(difference(&lock("x or y"), &known), "");
    assert!(difference(&lock("x"), &known).starts_with("WIDER"), "{}", difference(&lock("x"), &known));
}

#[test]
fn plain_routers_of_which_any_may_answer_are_compared_one_by_one() {
    let behind = |guard: &str, file: &str| {
        format!("ANY *: unchecked behind {guard} [{file}] = role({guard}) where role({guard}) is {guard}\n")
    };
    let old = behind("x", "src/a.rs") + &behind("y", "src/b.rs");
    let changes = old.parse::<PolicySnapshot>().unwrap().diff(&behind("y", "src/c.rs").parse().unwrap()).changes;
    assert_eq!((changes.len(), changes[0].kind), (1, ChangeKind::Changed), "{changes:?}");
    assert_eq!(changes[0].gained.as_ref().unwrap().to_string(), "a subject with role `y` and without role `x`");
    let back = behind("y", "src/c.rs").parse::<PolicySnapshot>().unwrap().diff(&old.parse().unwrap()).changes;
    assert_eq!(back[0].lost.as_ref().unwrap().to_string(), "a subject with role `y` and without role `x`");
}

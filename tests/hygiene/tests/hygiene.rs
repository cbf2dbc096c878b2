//! The requirements of the hostile crate's handlers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use auth_hygiene_tests::{attributes, corners, forbidding, plain, scopes, shadowed, shapes};
use guards::{Auth, GuardedRouter};
use utoipa::OpenApi as _;

/// Handlers with their requirements, from the policy table.
fn rows(routes: &GuardedRouter<Auth>) -> Vec<(String, String)> {
    routes.policy().routes().iter().map(|row| (row.declared.name.to_owned(), row.requirement.to_string())).collect()
}

fn demands(routes: &GuardedRouter<Auth>, handler: &str, requirement: &str) {
    let rows = rows(routes);
    assert!(
        rows.contains(&(handler.to_owned(), requirement.to_owned())),
        "{handler} {requirement} is not in {rows:#?}"
    );
}

#[test]
fn a_renamed_crate_guards() {
    let routes = plain::routes();
    demands(&routes, "me", "auth");
    demands(&routes, "greet", "auth(optional)");
    demands(&routes, "users", "any(role(root), role(moderator))");
    demands(&routes, "health", "public");
    demands(&routes, "report", "all(api_key, scope(\"reports:read\"))");
}

#[test]
fn shadowed_names_change_nothing() {
    demands(&shadowed::routes(), "users", "role(Admin)");
    demands(&shadowed::routes(), "purge", "any(all(role(Admin), amr(\"mfa\")), api_key)");
}

#[test]
fn attributes_in_separate_expansions_are_one_guard() {
    let routes = shapes::routes();
    demands(&routes, "by_another_name", "auth");
    demands(&routes, "beside_another_name", "all(scope(\"a\"), auth)");
    demands(&routes, "by_path", "all(auth, scope(\"a\"))");
    demands(&routes, "behind_cfg_attr", "auth");
    demands(&routes, "beside_cfg_attr", "all(auth, scope(\"a\"))");
    demands(&routes, "condition_beside_another_name", "all(auth, scope(\"a\"))");
    demands(&routes, "conditions_apart", "auth");
    demands(&routes, "loop", "any(role(match), role(type))");
    demands(&routes, "made_by_a_macro", "all(role(match), scope(\"made\"))");
    demands(&routes, "document", "role(match)");
}

#[test]
fn rare_forms_are_guarded() {
    let routes = corners::routes();
    // Two enums with the same name share one set of role names at run time, as in stores and tokens.
    demands(&routes, "two_enums", "any(role(Admin), role(User), role(doctor))");
    demands(&routes, "nearest", "role(Head)");
    demands(&routes, "by_super", "role(Admin)");
    demands(&routes, "by_crate", "role(Admin)");
    demands(&routes, "Listing::list", "role(Admin)");
    demands(&routes, "two_given", "all(auth, scope(\"given\"))");
    demands(&routes, "one_given", "role(Admin)");
    let methods = ["HEAD", "OPTIONS", "TRACE", "CONNECT", "ANY", "OTHER"];
    let table = routes.policy();
    for method in methods {
        assert!(table.routes().iter().any(|row| row.method == method), "no {method} in {table}");
    }
    assert_eq!(table.routes().len(), 30, "{table}");
}

#[test]
fn handlers_are_guarded_where_lints_are_forbidden() {
    let routes = forbidding::routes();
    demands(&routes, "replace", "all(role(Admin), scope(\"files:write\"))");
    demands(&routes, "copy", "role(Junior)");
    demands(&routes, "list", "any(role(Admin), scope(\"files:read\"))");
    demands(&routes, "made", "all(auth, scope(\"made\"))");
}

#[test]
fn containers_guard_every_handler_inside() {
    let routes = scopes::routes();
    demands(&routes, "files", "role(Clerk)");
    demands(&routes, "write", "all(role(Clerk), scope(\"files:write\"))");
    demands(&routes, "old_files", "role(Clerk)");
    demands(&routes, "Desk::sign", "role(Head)");
    demands(&routes, "Desk::seal", "all(role(Head), fresh(\"5m\"))");
}

#[test]
fn openapi_attributes_work_above_and_below_a_guard() {
    let document = attributes::Document::openapi();
    assert!(document.paths.paths.contains_key("/documented-above/{id}"));
    assert!(document.paths.paths.contains_key("/documented-below/{id}"));
    demands(&attributes::routes(), "documented_above", "auth");
    demands(&attributes::routes(), "documented_below", "auth");
}

#[test]
fn a_handler_that_a_macro_writes_twice_is_two_guarded_handlers() {
    let rows = rows(&attributes::routes());
    for twin in ["debugged", "instrumented", "passed", "numbered", "duplicated"] {
        let guarded = rows.iter().filter(|(name, requirement)| name == twin && requirement == "auth");
        assert_eq!(guarded.count(), 2, "{twin}");
    }
}

//! What a change means, by lines of the lock.

use crate::policy::{ChangeKind, PolicySnapshot};

fn table(lines: &[&str]) -> PolicySnapshot {
    lines.join("\n").parse().unwrap()
}

/// The lines of the difference.
#[track_caller]
fn is(old: &[&str], new: &[&str], expected: &[&str]) {
    let text = table(old).diff(&table(new)).to_string();
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn words_of_a_table_stay_in_their_cell_of_markdown() {
    let old = table(&["GET /a: auth [a]"]);
    let new = table(&[r#"GET /a: all(auth, scope("x``y|`\nz")), authorize(a == "```") [a]"#]);
    let text = old.diff(&new).markdown();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.contains(r#"```` all(auth, scope("x``y\|`\nz")), authorize(a == "```") ````"#), "{text}");
    assert!(!text.contains("with scope"), "{text}");
}

#[test]
fn a_removed_route_is_wider_where_its_requests_are_answered_for_more_callers() {
    const ADMIN: &str = "GET /users/me: role(admin) [me] where role(admin) is admin";
    for (instead, expected) in [
        ("GET /users/{id}: public [show]", "GET /users/{id}: public"),
        ("GET /{*rest}: public [rest]", "GET /{*rest}: public"),
        ("ANY *: public [fallback]", "ANY *: public"),
        ("ANY /users/*: public [fallback]", "ANY /users/*: public"),
        ("ANY /users/*: unchecked [src/app.rs]", "ANY /users/*: unchecked"),
    ] {
        let line = format!(
            "WIDER GET /users/me: removed (was role(admin)), answered by {expected}; now allowed: a caller without credentials"
        );
        is(&[ADMIN, instead], &[instead], &[&line]);
    }
    // A stricter one, or none.
    let lost = "no longer allowed: a subject with role `admin`";
    is(
        &[ADMIN, "GET /users/{id}: all(role(admin), scope(\"a\")) [show] where role(admin) is admin"],
        &["GET /users/{id}: all(role(admin), scope(\"a\")) [show] where role(admin) is admin"],
        &[&format!(
            "NARROWER GET /users/me: removed (was role(admin)), answered by GET /users/{{id}}: all(role(admin), scope(\"a\")); \
             {lost} and without scope `a`"
        )],
    );
    for other in ["GET /users: public [list]", "GET /users/me/keys: public [keys]", "POST /users/{id}: public [post]"] {
        is(&[ADMIN, other], &[other], &[&format!("NARROWER GET /users/me: removed (was role(admin)); {lost}")]);
    }
}

#[test]
fn a_removed_handler_of_a_method_is_wider_where_a_fallback_answers_it() {
    const STAFF: &str = "DELETE /it: auth [remove]";
    for others in ["OTHER /it: public [others]", "ANY /it: public [others]"] {
        let line = "WIDER DELETE /it: public (was auth); now allowed: a caller without credentials";
        is(&[STAFF, others], &[others], &[line]);
    }
    let (get, others) = ("GET /it: public [show]", "OTHER *: public [others]");
    let line =
        "WIDER DELETE /it: removed (was auth), answered by OTHER *: public; now allowed: a caller without credentials";
    is(&[STAFF, get, others], &[get, others], &[line]);
    is(&[STAFF, get], &[get], &["NARROWER DELETE /it: removed (was auth); no longer allowed: a subject"]);
    // HEAD is answered by `get`, so it goes with it.
    let head = "HEAD /{id}: public [head]";
    let line = "WIDER GET /it: removed (was auth), answered by HEAD /{id}: public; now allowed: a caller without credentials; \
                no longer allowed: a subject";
    is(&["GET /it: auth [show]", head], &[head], &[&line.replace("WIDER", "CHANGED")]);
    is(
        &["HEAD /it: auth [head]", get],
        &[get],
        &["WIDER HEAD /it: public (was auth); now allowed: a caller without credentials"],
    );
}

#[test]
fn a_removed_fallback_is_wider_where_the_outer_one_lets_in_more() {
    let (outer, inner) = ("ANY *: public [outer]", "ANY /api/*: auth [inner]");
    let line =
        "WIDER ANY /api/*: removed (was auth), answered by ANY *: public; now allowed: a caller without credentials";
    is(&[outer, inner], &[outer], &[line]);
    is(
        &[outer, inner],
        &[inner],
        &["NARROWER ANY *: removed (was public); no longer allowed: a caller without credentials"],
    );
    let (outer, inner) = ("OTHER *: public [outer]", "OTHER /api/*: auth [inner]");
    let line = "WIDER OTHER /api/*: removed (was auth), answered by OTHER *: public; now allowed: a caller without credentials";
    is(&[outer, inner], &[outer], &[line]);
}

#[test]
fn plain_routers_at_one_path_are_compared_one_by_one() {
    let behind = |guard: &str, file: &str| {
        format!("ANY *: unchecked behind {guard} [{file}] = role({guard}) where role({guard}) is {guard}")
    };
    let (staff, bare) = (behind("staff", "src/a.rs"), "ANY *: unchecked [src/b.rs]");
    // The other one lets in all callers, before and after.
    is(
        &[&staff, bare],
        &["ANY *: unchecked [src/a.rs]", bare],
        &["WIDER ANY *: unchecked (was unchecked behind staff); now allowed: a caller without credentials"],
    );
    is(&[&staff, bare], &[bare, &staff], &[]);
    is(
        &["ANY *: auth [fallback]", bare],
        &["ANY *: public [fallback]", bare],
        &["WIDER ANY *: public (was auth); now allowed: a caller without credentials"],
    );
    is(
        &[bare],
        &[bare, "ANY *: unchecked [src/c.rs]"],
        &["WIDER ANY *: unchecked (new route); now allowed: a caller without credentials"],
    );
}

#[test]
fn a_new_route_is_wider_for_the_callers_that_it_lets_in() {
    for (new, caller) in [
        ("GET /new: public [new]", "a caller without credentials"),
        ("GET /new: auth [new]", "a subject"),
        ("ANY /new/*: unchecked [src/app.rs]", "a caller without credentials"),
    ] {
        let words = new.split(" [").next().unwrap();
        is(
            &["ANY *: public [not_found]"],
            &["ANY *: public [not_found]", new],
            &[&format!("WIDER {words} (new route); now allowed: {caller}")],
        );
    }
    is(&[], &["GET /new: any() [new]"], &["SAME GET /new: any() (new route)"]);
}

#[test]
fn a_removed_handler_of_all_methods_frees_those_without_one_of_their_own() {
    let (any, id) = ("ANY /it: auth [any]", "GET /{id}: public [id]");
    let answered =
        "answered by GET /{id}: public; now allowed: a caller without credentials; no longer allowed: a subject";
    is(&[any, id], &[id], &[&format!("CHANGED ANY /it: removed (was auth), {answered}")]);
    // `GET /it` has a line of its own, in both tables or in one.
    let get = "GET /it: public [get]";
    is(&[any, get], &[get], &["NARROWER ANY /it: removed (was auth); no longer allowed: a subject"]);
    let narrower = "NARROWER GET /it: removed (was public); no longer allowed: a caller without credentials";
    let of_get = "SAME GET /it: removed (was public), answered by GET /{id}: public";
    let any_line = "NARROWER ANY /it: removed (was auth); no longer allowed: a subject";
    is(&[any, get, id], &[id], &[any_line, of_get]);
    is(&[any, get], &[], &[any_line, narrower]);
}

#[test]
fn a_method_that_gets_a_handler_of_its_own_is_not_freed_by_the_one_of_all_methods() {
    let (any, post) = ("ANY /it: auth [any]", "POST /it: public [post]");
    let removed = "removed (was auth)";
    let line = "WIDER POST /it: public (was auth); now allowed: a caller without credentials";
    is(&[any], &[post], &[&format!("NARROWER ANY /it: {removed}; no longer allowed: a subject"), line]);
    // By whatever names of the parameters.
    is(
        &["ANY /{id}: auth [any]"],
        &["POST /{name}: public [post]"],
        &[&format!("NARROWER ANY /{{id}}: {removed}; no longer allowed: a subject"), &line.replace("/it", "/{name}")],
    );
    // HEAD has none of its own, so `get` answers it.
    let answered =
        "answered by GET /it: public; now allowed: a caller without credentials; no longer allowed: a subject";
    is(
        &[any],
        &["GET /it: public [get]"],
        &[&format!("CHANGED ANY /it: {removed}, {answered}"), &line.replace("POST", "GET")],
    );
}

#[test]
fn only_requests_that_a_removed_fallback_answered_count() {
    let (inner, id) = ("ANY /api/*: auth [inner]", "GET /api/{id}: public [id]");
    is(&[inner, id], &[id], &["NARROWER ANY /api/*: removed (was auth); no longer allowed: a subject"]);
}

#[test]
fn what_is_too_large_to_compare_counts_as_wider() {
    let scope = |side: &str, i: usize| format!("scope(\"{side}{i}\")");
    let firsts: Vec<_> = (0..40).map(|i| scope("a", i)).collect();
    let pairs: Vec<_> = (0..40).map(|i| format!("all({}, {})", scope("a", i), scope("b", i))).collect();
    let large = format!("GET /it: any(all({}), {}) [it]", firsts.join(", "), pairs.join(", "));
    let diff = table(&["GET /it: auth [it]"]).diff(&table(&[&large]));
    assert_eq!((diff.changes[0].kind, diff.wider().count()), (ChangeKind::Undecided, 1));
    let line = diff.to_string();
    assert!(line.starts_with("UNDECIDED GET /it: any(all(scope(\"a0\"), "), "{line}");
    assert!(line.trim_end().ends_with(
        "; too large to compare: the analysis stopped after 500001 steps; simplify the requirement, or split the route"
    ));
}

#[test]
fn markdown_has_a_row_for_each_change_and_its_notes() {
    let old = ["GET /a: scope(\"a|b\") [a]", "GET /b: role(x) [b]", "GET /c: auth [c]", "GET /{id}: public [id]"];
    let new = ["GET /a: public [a]", "GET /b: auth [b]", "GET /d: api_key [d]", "GET /{id}: public [id]"];
    let diff = table(&old).diff(&table(&new));
    let code = |words: &str| format!("`` {words} ``");
    let markdown = [
        "| | route | requirement | callers |".to_owned(),
        "| --- | --- | --- | --- |".to_owned(),
        format!("| **WIDER** | {} | {} → {} | now allowed: a caller without credentials |", code("GET /a"), code("scope(\"a\\|b\")"), code("public")),
        format!("| **WIDER** | {} | {} → {} | now allowed: a subject without role `x` |", code("GET /b"), code("role(x)"), code("auth")),
        format!("| **WIDER** | {} | removed: {}, answered by {} | now allowed: a caller without credentials |", code("GET /c"), code("auth"), code("GET /{id}: public")),
        format!("| **WIDER** | {} | new: {} | now allowed: an API key |", code("GET /d"), code("api_key")),
        String::new(),
        "Note: the old table does not say which roles include others, as it was written by an earlier version: inclusion is taken \
         from the other table, and a change of it is not seen."
            .to_owned(),
    ];
    assert_eq!(diff.markdown().lines().collect::<Vec<_>>(), markdown);
    assert!(diff.to_string().ends_with("is not seen\n"), "{diff}");
    let narrower = table(&["GET /a: public [a]"]).diff(&table(&["GET /a: scope(\"a|b\") [a]"])).markdown();
    assert!(narrower.contains("| no longer allowed: a caller without credentials |"), "{narrower}");
    let witness = table(&["GET /a: auth [a]"]).diff(&table(&["GET /a: all(auth, scope(\"a|b\")) [a]"])).markdown();
    assert!(witness.contains("| no longer allowed: a subject without scope `a\\|b` |"), "{witness}");
    assert_eq!(table(&old).diff(&table(&old)).markdown(), "The policy did not change.\n");
}

#[test]
fn json_has_the_change_and_its_witness() {
    let diff = table(&["GET /c: scope(\"a\") [c]", "GET /{id}: public [id]"]).diff(&table(&["GET /{id}: public [id]"]));
    let json = serde_json::to_value(&diff).unwrap();
    let expected = serde_json::json!({ "changes": [{
        "kind": "wider", "method": "GET", "path": "/c", "old": "scope(\"a\")", "new": null,
        "answered_by": ["GET /{id}: public"], "gained": {},
    }] });
    assert_eq!(json, expected);
}

#[test]
fn what_lets_in_others_than_before_counts_as_wider() {
    let diff = table(&["GET /it: scope(\"a\") [it]"]).diff(&table(&["GET /it: scope(\"b\") [it]"]));
    assert_eq!((diff.changes[0].kind, diff.wider().count()), (ChangeKind::Changed, 1));
}

#[test]
fn inclusion_that_one_table_does_not_know_is_taken_from_the_other() {
    let (bare, known) = ("GET /it: role(x) [it]", "GET /it: role(x) [it] where role(x) is x or y");
    for (old, new, which) in [(bare, known, "old"), (known, bare, "new")] {
        let text = table(&[old]).diff(&table(&[new])).to_string();
        assert!(text.contains(&format!("note: the {which} table does not say")) && !text.contains("WIDER"), "{text}");
        assert!(!text.contains("NARROWER"), "{text}");
    }
}

#[test]
fn a_plain_router_may_answer_instead_of_a_removed_fallback() {
    let (fallback, plain) = ("ANY *: auth [fallback]", "ANY *: unchecked [src/app.rs]");
    let line =
        "WIDER ANY *: removed (was auth), answered by ANY *: unchecked; now allowed: a caller without credentials";
    is(&[fallback, plain], &[plain], &[line]);
}

#[test]
fn a_changed_inclusion_of_roles_is_named_in_the_line() {
    let (one, two) = ("role(x) where role(x) is x", "role(x) where role(x) is x or y");
    let line = |words: &str| format!("GET /it: {}", words.replace(" where", " [it] where"));
    let caller = "a subject with role `y` and without role `x`";
    is(&[&line(one)], &[&line(two)], &[&format!("WIDER GET /it: {two} (was {one}); now allowed: {caller}")]);
    is(&[&line(two)], &[&line(one)], &[&format!("NARROWER GET /it: {one} (was {two}); no longer allowed: {caller}")]);
}

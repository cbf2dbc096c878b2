//! Patterns of policy laws: what can answer a request is what axum lets answer it, fallbacks included.

use auth_core::prelude::*;
use auth_core::routing::any;
use auth_core::testing::{auth as known, laws, role, scope, send};
use axum::body::Body;
use axum::http::Request;

use crate::service::Role;

/// A handler that names its row of the policy table in a header.
macro_rules! rows {
    ($($name:ident $row:literal),* $(,)?) => {
        $(
            #[public]
            async fn $name() -> [(&'static str, &'static str); 1] {
                [("x-row", $row)]
            }
        )*
    };
}

rows! {
    root "GET /",
    list "GET /users",
    me "GET /users/me",
    show "GET /users/{id}",
    remove "DELETE /users/{id}",
    keys "ANY /users/{id}/keys",
    own_keys "GET /users/{id}/keys",
    files "GET /files/{*path}",
    index "GET /files/index",
    settings "PUT /{section}/settings",
    named "GET /user_{name}",
    note "GET /note",
    head "HEAD /note",
    other_notes "OTHER /note",
    inner_root "GET /api",
    inner_x "POST /api/x",
    inner_fallback "ANY /api/*",
    inner_methods "OTHER /api/*",
    bare "GET /bare/x",
    deep "GET /deep/{tenant}/x",
    deep_fallback "ANY /deep/{tenant}/*",
    outer "ANY *",
    outer_methods "OTHER *",
}

fn router() -> GuardedRouter<Auth> {
    let inner = GuardedRouter::new()
        .route("/", get(inner_root))
        .route("/x", post(inner_x))
        .fallback(inner_fallback)
        .method_not_allowed_fallback(inner_methods);
    GuardedRouter::new()
        .route("/", get(root))
        .route("/users", get(list))
        .route("/users/me", get(me))
        .route("/users/{id}", get(show).delete(remove))
        .route("/users/{id}/keys", any(keys).get(own_keys))
        .route("/files/{*path}", get(files))
        .route("/files/index", get(index))
        .route("/{section}/settings", put(settings))
        .route("/user_{name}", get(named))
        .route("/note", get(note).head(head).fallback(other_notes))
        .nest("/api", inner)
        .nest("/bare", GuardedRouter::new().route("/x", get(bare)))
        .nest("/deep/{tenant}", GuardedRouter::new().route("/x", get(deep)).fallback(deep_fallback))
        .fallback(outer)
        .method_not_allowed_fallback(outer_methods)
}

const PATHS: [&str; 34] = [
    "/",
    "/users",
    "/users/",
    "/users/me",
    "/users/7",
    "/users/7/",
    "/users/7/keys",
    "/users/me/keys",
    "/users/7/keys/8",
    "/users/settings",
    "/files",
    "/files/",
    "/files/a",
    "/files/a/b",
    "/files/index",
    "/files/settings",
    "/files//a",
    "/home/settings",
    "/home/settings/x",
    "/user_ada",
    "/user_",
    "/user_ada/settings",
    "/note",
    "/api",
    "/api/x",
    "/api/x/y",
    "/api/none",
    "/api/settings",
    "/bare",
    "/bare/x",
    "/bare/none",
    "/deep/t",
    "/deep/t/x",
    "/deep/t/none/x",
];

#[tokio::test]
async fn a_pattern_finds_the_row_that_axum_lets_answer() {
    let table = router().policy().snapshot();
    let app = router().with_state(auth_core::testing::in_memory().build().unwrap());
    let mut answered = std::collections::BTreeSet::new();
    for path in PATHS {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let response = send(&app, request).await;
            let row = response.headers()["x-row"].to_str().unwrap();
            let pattern = format!("{method} {path}");
            let found: Vec<_> = table.who_can(&pattern).unwrap().into_iter().map(|callers| callers.route).collect();
            // Which routes were added before a fallback for methods, the table does not say.
            let is_method_fallback = |row: &str| row.starts_with("OTHER ") && row.ends_with('*');
            // A nest of `/deep/{tenant}/` would leave this path to the outer fallback.
            let may_be_outer = path == "/deep/t" && found == ["ANY *", row];
            let is = may_be_outer
                || found == [row]
                || found.iter().all(|row| is_method_fallback(row)) && found.iter().any(|it| it == row);
            assert!(is, "{pattern} is answered by {row}: {found:?}");
            answered.insert(row.to_owned());
        }
    }
    assert_eq!(answered.len(), router().policy().routes().len(), "{answered:?}");
}

#[public]
async fn open() {}

#[require_auth]
async fn own() {}

#[require_role(Admin)]
async fn admins() {}

/// The lines of broken laws, without the place in the source.
fn broken(laws: auth_core::testing::Laws) -> Vec<String> {
    let without_place = |line: String| {
        let (before, after) = line.split_once(" (").unwrap_or((&line, ""));
        format!("{before}{}", after.split_once(')').map_or("", |(_, after)| after))
    };
    laws.failures().into_iter().map(without_place).collect()
}

#[test]
fn a_public_fallback_breaks_the_laws_of_paths_without_a_route() {
    let reviewed = "; once it is reviewed, name its path in `except_fallbacks`";
    let open_to_all = format!("but it also lets in a caller without credentials{reviewed}");
    let app: GuardedRouter<Auth> = GuardedRouter::new().route("/users/{id}", get(own)).fallback(open);
    let table = app.policy();
    for pattern in ["/**", "/users/**", "GET /users/*"] {
        let line = format!("`{pattern}`: never public: the fallback ANY * requires `public`, {open_to_all}");
        assert_eq!(broken(laws(&table).never_public(pattern)), [line]);
    }
    let only = broken(laws(&table).only("GET /users/**", known()));
    assert_eq!(only, [format!("`GET /users/**`: only auth: the fallback ANY * requires `public`, {open_to_all}")]);
    // The route answers all of its paths.
    laws(&table).never_public("/users/{id}").never_public("/users/me").only("GET /users/7", known());
    laws(&table).never_public("/**").except_fallbacks("*");

    let nested: GuardedRouter<Auth> = GuardedRouter::new().route("/home", get(own)).nest("/api", app).fallback(own);
    let table = nested.policy();
    let line = format!("`/api/**`: never public: the fallback ANY /api/* requires `public`, {open_to_all}");
    assert_eq!(broken(laws(&table).never_public("/api/**")), [line]);
    laws(&table).never_public("/home/**").never_public("*");
    laws(&table).never_public("/**").except_fallbacks("/api/*");
}

#[test]
fn a_public_handler_of_other_methods_breaks_the_laws_of_these_methods() {
    let app: GuardedRouter<Auth> = GuardedRouter::new()
        .route("/users", get(own))
        .route("/notes", get(own).fallback(open))
        .route("/all", any(own))
        .method_not_allowed_fallback(open);
    let table = app.policy();
    let rows = |pattern: &str| {
        let lines = broken(laws(&table).never_public(pattern));
        lines.into_iter().map(|line| line.split(" requires").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        rows("DELETE /users"),
        [
            "`DELETE /users`: never public: no route matches, so the law says nothing",
            "`DELETE /users`: never public: the fallback OTHER *"
        ]
    );
    assert_eq!(rows("/users"), ["`/users`: never public: the fallback OTHER *"]);
    assert_eq!(rows("/notes"), ["`/notes`: never public: OTHER /notes"]);
    assert_eq!(rows("DELETE /notes"), ["`DELETE /notes`: never public: OTHER /notes"]);
    // These methods have a handler of their own.
    laws(&table).never_public("GET /users").never_public("HEAD /users").never_public("/all").never_public("GET /notes");
    laws(&table).never_public("/users").except_fallbacks("*");
}

#[test]
fn the_rest_of_a_path_must_keep_the_laws_of_patterns_below_it() {
    let app: GuardedRouter<Auth> =
        GuardedRouter::new().route("/files/{*rest}", get(own)).route("/files/secret", get(admins));
    let table = app.policy();
    for pattern in ["/files/secret/**", "/files/{id}", "GET /files/secret/keys", "/**"] {
        let lines = broken(laws(&table).only(pattern, role(Role::Admin)));
        assert!(lines.len() == 1 && lines[0].contains("GET /files/{*rest} requires `auth`"), "{pattern}: {lines:?}");
    }
    laws(&table).only("/files/secret", role(Role::Admin)).only("/files/**", known());
}

#[test]
fn a_law_of_a_fallback_or_plain_router_alone_says_nothing() {
    let plain = GuardedRouter::<Auth>::new().nest_unchecked("/metrics", axum::Router::new());
    let app =
        GuardedRouter::new().route("/users", get(own)).merge(plain.guard::<crate::handlers::Staff>()).fallback(own);
    let table = app.policy();
    let nothing = |pattern: &str| vec![format!("`{pattern}`: only auth: no route matches, so the law says nothing")];
    for pattern in ["/billing/**", "DELETE /users/{id}", "/metrics/deep/**", "/metrix/**"] {
        assert_eq!(broken(laws(&table).only(pattern, known())), nothing(pattern));
    }
    // By its own path it is meant. What the plain router has no route for, the fallback answers.
    laws(&table).only("/metrics/**", known()).only("*", known()).only("/**", known());
    laws(&table).only("/metrics/**", role(Role::Moderator)).except_fallbacks("*");
    assert_eq!(broken(laws(&table).only("/metrics/**", role(Role::Moderator))).len(), 1);
    assert_eq!(broken(laws(&table).only("/metrics/**", scope("a"))).len(), 2);
    // What was reviewed is not there for a law.
    assert_eq!(
        broken(laws(&table).only("/metrics/**", known()).no_unchecked_except("/metrics/*")),
        nothing("/metrics/**")
    );
    assert_eq!(broken(laws(&table).only("*", known()).except_fallbacks("*")), nothing("*"));
    let none = broken(laws(&table).only("/users", known()).except_fallbacks(["/api/*", "/metrics/*"]));
    assert_eq!(
        none,
        ["/api/*", "/metrics/*"].map(|path| format!("except the fallbacks of `{path}`: there is none at this path"))
    );
}

#[api_key]
async fn keyed() {}

#[test]
fn a_route_for_api_keys_is_not_public() {
    let app: GuardedRouter<Auth> = GuardedRouter::new().route("/keyed", get(keyed));
    laws(&app.policy()).never_public("/keyed");
    let only = broken(laws(&app.policy()).only("/keyed", known()));
    assert_eq!(only, ["`/keyed`: only auth: GET /keyed requires `api_key`, but it also lets in an API key"]);
}

//! Security of operations, from their guards and the credential sources.

use auth_core::openapi::{ApiInfo, routes};
use auth_core::prelude::*;
use auth_core::testing::in_memory;
use auth_core::{AuthBuilder, BrowserMode, CredentialSource, Dpop, Part};
use serde_json::{Value, json};

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Admin,
}

#[public]
async fn open() {}

#[require_auth(optional)]
async fn optional() {}

#[require_role(Admin)]
async fn admin() {}

#[require_scope("a", "b")]
async fn scopes() {}

#[api_key(scope = "c")]
async fn key() {}

#[require(any(role(Admin), all(api_key, scope("c"))))]
async fn either() {}

#[require(all(auth, api_key))]
async fn both() {}

#[require(not(role(Admin)))]
async fn not_admin() {}

#[require_auth]
#[authorize(id == "1")]
async fn mine(axum::extract::Path(id): axum::extract::Path<String>) {}

#[public]
#[rate_limit("5/m", by = address)]
async fn limited() {}

/// Above the guard.
#[utoipa::path(get, path = "/above", responses((status = 200, body = String), (status = 403, description = "Own")), security(("own" = [])))]
#[require_scope("a")]
async fn above() -> &'static str {
    "above"
}

/// Below the guard.
#[require_scope("a")]
#[utoipa::path(post, path = "/above", request_body = String)]
async fn below(_: String) {}

mod first {
    use auth_core::prelude::*;

    #[utoipa::path(get, path = "/first/list", params(("page" = String, Query)))]
    #[require_auth]
    pub(super) async fn list() {}
}

mod second {
    use auth_core::prelude::*;

    #[utoipa::path(get, path = "/second/list")]
    #[require_auth]
    pub(super) async fn list() {}
}

mod third {
    use auth_core::prelude::*;

    #[require_auth]
    pub(super) async fn list() {}
}

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/open", get(open))
        .route("/optional", get(optional))
        .route("/admin", get(admin))
        .route("/scopes", get(scopes))
        .route("/key", get(key))
        .route("/either", get(either))
        .route("/both", get(both))
        .route("/not", get(not_admin))
        .route("/mine/{id}", get(mine))
        .route("/limited", get(limited))
        .routes(routes!(above, below))
        .routes(routes!(first::list))
        .routes(routes!(second::list))
        .route("/third/list", get(third::list))
        .openapi_route("/openapi.json", ApiInfo::new("Test", "1").token_url("/token"))
}

async fn document_with(change: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Value {
    let auth = change(auth_core::testing::in_memory()).build().unwrap();
    let url = auth_tests::serve(app().with_state(auth)).await;
    reqwest::get(format!("{url}/openapi.json")).await.unwrap().json().await.unwrap()
}

async fn document() -> Value {
    document_with(|builder| builder).await
}

#[tokio::test]
async fn alternatives_are_those_of_the_requirement() {
    let document = document().await;
    let security = |path: &str| &document["paths"][path]["get"]["security"];
    assert_eq!(*security("/open"), json!([]));
    assert_eq!(*security("/optional"), json!([{}, { "login": [] }, { "bearer": [] }]));
    assert_eq!(*security("/admin"), json!([{ "login": [] }, { "bearer": [] }]));
    assert_eq!(*security("/scopes"), json!([{ "login": ["a", "b"] }, { "bearer": ["a", "b"] }]));
    assert_eq!(*security("/key"), json!([{ "api_key": ["c"] }]));
    assert_eq!(*security("/either"), json!([{ "login": [] }, { "bearer": [] }, { "api_key": ["c"] }]));
    assert_eq!(*security("/both"), json!([{ "login": [], "api_key": [] }, { "bearer": [], "api_key": [] }]));
    assert_eq!(*security("/not"), json!([{ "login": [] }, { "bearer": [] }]));
    let flow = &document["components"]["securitySchemes"]["login"]["flows"]["password"];
    assert_eq!(*flow, json!({ "tokenUrl": "/token", "scopes": { "a": "", "b": "" } }));
}

#[tokio::test]
async fn what_alternatives_cannot_say_is_in_the_description() {
    let document = document().await;
    let operation = |path: &str| &document["paths"][path]["get"];
    assert_eq!(operation("/admin")["description"], "Requires `role(Admin)`.");
    assert_eq!(operation("/not")["x-requirement"], "not(role(Admin))");
    let mine = operation("/mine/{id}");
    assert_eq!(mine["description"], "Requires `auth`. A further condition depends on the request.");
    assert!(!mine.to_string().contains("== "), "the condition is source code: {mine}");
    assert_eq!(mine["parameters"][0]["name"], "id");
}

#[tokio::test]
async fn a_guard_adds_the_refusals_it_may_answer() {
    let document = document().await;
    let statuses = |path: &str| -> Vec<&str> {
        document["paths"][path]["get"]["responses"].as_object().unwrap().keys().map(String::as_str).collect()
    };
    assert_eq!(statuses("/open"), ["default"]);
    assert_eq!(statuses("/limited"), ["429", "503", "default"]);
    assert_eq!(statuses("/admin"), ["400", "401", "403", "429", "503", "default"]);
    assert_eq!(statuses("/both"), ["400", "401", "429", "503", "default"]);
    assert_eq!(statuses("/mine/{id}"), ["400", "401", "403", "429", "503", "default"]);
}

#[tokio::test]
async fn utoipa_documents_the_handler_above_and_below_the_guard() {
    let document = document().await;
    let (above, below) = (&document["paths"]["/above"]["get"], &document["paths"]["/above"]["post"]);
    assert_eq!(above["summary"], "Above the guard.");
    assert_eq!(below["summary"], "Below the guard.");
    assert_eq!(above["responses"]["403"]["description"], "Own");
    assert_eq!(above["responses"]["401"]["$ref"], "#/components/responses/Unauthenticated");
    assert!(below["requestBody"].is_object());
    // A requirement by hand could say less than the guard.
    for operation in [above, below] {
        assert_eq!(operation["security"], json!([{ "login": ["a"] }, { "bearer": ["a"] }]));
    }
}

#[tokio::test]
async fn each_operation_has_an_id_of_its_own() {
    let document = document().await;
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.values().flat_map(|path| path.as_object().unwrap().values());
    let ids: Vec<_> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    assert!(ids.contains(&"above"), "{ids:?}");
}

#[tokio::test]
async fn schemes_are_those_of_the_credential_sources() {
    let document = document_with(|builder| {
        builder
            .credential_source(CredentialSource::cookie("__Host-access"))
            .credential_source(CredentialSource::scheme("Token"))
            .credential_source(CredentialSource::header("x-service-key").api_key())
    })
    .await;
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes["cookie___Host-access"]["in"], "cookie");
    assert_eq!(
        schemes["scheme_Token"],
        json!({ "type": "http", "scheme": "Token", "description": "An access token." })
    );
    assert_eq!(schemes["header_x-service-key"]["name"], "x-service-key");
    let security = &document["paths"]["/key"]["get"]["security"];
    assert_eq!(*security, json!([{ "api_key": ["c"] }, { "header_x-service-key": ["c"] }]));
}

#[tokio::test]
async fn with_required_dpop_no_bearer_token_is_documented() {
    let document = document_with(|builder| builder.dpop(Dpop::required())).await;
    let security = &document["paths"]["/admin"]["get"]["security"];
    assert_eq!(*security, json!([{ "dpop": [] }]));
    assert!(document["components"]["securitySchemes"].get("login").is_none());
}

#[tokio::test]
async fn a_cookie_without_a_proof_is_no_alternative_where_proofs_are_required() {
    let with_cookie = |dpop| {
        document_with(move |builder| builder.dpop(dpop).credential_source(CredentialSource::cookie("__Host-access")))
    };
    let required = with_cookie(Dpop::required()).await;
    assert_eq!(required["paths"]["/admin"]["get"]["security"], json!([{ "dpop": [] }]));
    let optional = with_cookie(Dpop::optional()).await;
    let expected = json!([{ "login": [] }, { "bearer": [] }, { "dpop": [] }, { "cookie___Host-access": [] }]);
    assert_eq!(optional["paths"]["/admin"]["get"]["security"], expected);
    assert_eq!(optional["components"]["securitySchemes"]["dpop"]["scheme"], "DPoP");
}

#[tokio::test]
async fn browser_mode_adds_its_cookie_and_the_refusal_of_other_sites() {
    let auth = in_memory().browser(BrowserMode::new().name("shop")).build().unwrap();
    let pages = GuardedRouter::new().route("/open", post(open)).route("/admin", get(admin)).browser();
    let pages = pages.route("/key", get(key)).route("/optional", post(optional));
    let pages = pages.merge(auth.routes().browser().only([Part::Logout, Part::Revocation]));
    let app: GuardedRouter<Auth> = GuardedRouter::new().nest("/pages", pages).route("/admin", get(admin));
    let document = app.openapi(&auth);
    let operation = |path: &str, method: &str| document["paths"][path][method].clone();
    let cookie = &document["components"]["securitySchemes"]["browser"];
    assert_eq!((&cookie["in"], &cookie["name"]), (&json!("cookie"), &json!("__Host-shop-access")));
    assert_eq!(operation("/admin", "get")["security"], json!([{ "bearer": [] }]));
    assert_eq!(operation("/pages/admin", "get")["security"], json!([{ "bearer": [] }, { "browser": [] }]));
    assert_eq!(operation("/pages/key", "get")["security"], json!([{ "api_key": ["c"] }]));
    assert_eq!(operation("/pages/open", "post")["security"], json!([]));
    let logout = operation("/pages/auth/logout", "post").to_string();
    assert!(logout.contains("must come from a page of the service"), "{logout}");
    // OAuth clients are no browsers.
    let revoke = operation("/pages/auth/revoke", "post");
    assert!(
        revoke["responses"].get("200").is_some() && !revoke.to_string().contains("page of the service"),
        "{revoke}"
    );
    for (path, method, refuses_others) in
        [("/pages/open", "post", true), ("/pages/optional", "post", true), ("/admin", "get", false)]
    {
        let operation = operation(path, method);
        let text = operation["description"].as_str().unwrap();
        assert_eq!(text.contains("must come from a page of the service"), refuses_others, "{path}: {text}");
        assert_eq!(operation["responses"].get("403").is_some(), refuses_others || path == "/admin", "{path}");
    }
    assert!(!operation("/pages/admin", "get")["description"].as_str().unwrap().contains("page of the service"));
}

#[tokio::test]
async fn a_nested_router_keeps_its_documentation() {
    let auth = auth_core::testing::in_memory().build().unwrap();
    let outer: GuardedRouter<Auth> = GuardedRouter::new().nest("/v1", app()).merge(auth.routes());
    let document = outer.openapi(&auth);
    assert_eq!(document["paths"]["/v1/above"]["get"]["summary"], "Above the guard.");
    assert_eq!(document["info"]["title"], "Test");
}

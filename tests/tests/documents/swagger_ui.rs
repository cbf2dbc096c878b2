//! Swagger UI in Chromium: Authorize logs in by user name and password, and a guarded route answers.

use std::path::Path;

use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD, Node, chromium};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn authorize_logs_in_and_calls_a_guarded_route() {
    let node = Node::start(env!("CARGO_BIN_EXE_node"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/swagger_ui.cjs");
    let input = json!({ "url": node.base(), "username": ADMIN_EMAIL, "password": ADMIN_PASSWORD });
    let Some(printed) = chromium::run(&script, input).await else { return };
    assert_eq!(printed, format!("before: 401\nafter: 200 {ADMIN_EMAIL}\nrefused by the policy: 0\n"));
}

#[tokio::test]
async fn the_page_allows_nothing_from_elsewhere() {
    let node = Node::start(env!("CARGO_BIN_EXE_node"));
    let client = node.client();
    let page = client.get("/docs").await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    assert!(!page.text.contains("//"), "{}", page.text);
    let file = client.get("/docs/swagger-ui-bundle.js").await;
    assert_eq!((file.status.as_u16(), file.header("content-encoding")), (200, Some("gzip")));
    for path in ["/docs/index.html", "/docs/..%2fCargo.toml", "/docs/swagger-ui.js"] {
        client.get(path).await.is_problem(404);
    }
}

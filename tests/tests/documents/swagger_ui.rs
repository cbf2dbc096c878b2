//! Swagger UI in Chromium: Authorize logs in by user name and password, and a guarded route answers.

use std::path::Path;
use std::process::Command;

use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD, Node, chromium};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn authorize_logs_in_and_calls_a_guarded_route() {
    let node = Node::start(env!("CARGO_BIN_EXE_node"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/swagger_ui.cjs");
    let input = json!({ "url": node.base(), "username": ADMIN_EMAIL, "password": ADMIN_PASSWORD });
    let Some(printed) = chromium::run(&script, input).await else { return };
    assert_eq!(
        printed,
        format!("before: 401\nchoices of a server: 0\nafter: 200 {ADMIN_EMAIL}\nrefused by the policy: 0\n")
    );
}

#[tokio::test]
async fn the_page_allows_nothing_from_elsewhere() {
    let node = Node::start(env!("CARGO_BIN_EXE_node"));
    let client = node.client();
    let page = client.get("/docs").await;
    assert_eq!(
        page.header("content-security-policy"),
        Some(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    );
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert!(!page.text.contains("//"), "{}", page.text);
    let file = client.get("/docs/swagger-ui-bundle.js").await;
    assert_eq!((file.status.as_u16(), file.header("content-encoding")), (200, Some("gzip")));
    for path in ["/docs/index.html", "/docs/..%2fCargo.toml", "/docs/swagger-ui.js"] {
        client.get(path).await.is_problem(404);
    }
}

/// The files are parts of an archive in the binary, between a header and a checksum that the service adds.
#[tokio::test]
async fn each_file_of_the_page_is_a_gzip_file_of_its_type() {
    let node = Node::start(env!("CARGO_BIN_EXE_node"));
    let page = node.client().get("/docs").await.text;
    let names = page.split("docs/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let names: Vec<&str> = names.filter(|name| *name != "start.js").collect();
    assert_eq!(names, ["favicon-32x32.png", "swagger-ui.css", "swagger-ui-bundle.js"]);
    for (name, kind) in
        names.into_iter().zip(["image/png", "text/css; charset=utf-8", "text/javascript; charset=utf-8"])
    {
        let answer = reqwest::get(format!("{}/docs/{name}", node.base())).await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((header("content-type").as_str(), header("x-content-type-options").as_str()), (kind, "nosniff"));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), answer.bytes().await.unwrap()).unwrap();
        let input = std::fs::File::open(file.path()).unwrap();
        let unpacked = Command::new("gzip").args(["--decompress", "--stdout"]).stdin(input).output().unwrap();
        assert!(unpacked.status.success(), "{name}: {}", String::from_utf8_lossy(&unpacked.stderr));
        assert!(unpacked.stdout.len() > 500, "{name} has {} bytes", unpacked.stdout.len());
    }
}

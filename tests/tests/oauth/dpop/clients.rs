//! An unchanged third-party client, oauth4webapi, against a quickstart process.

use std::path::Path;

use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD, Node, npm};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn oauth4webapi_binds_its_tokens_with_every_algorithm() {
    let node = Node::start_with(env!("CARGO_BIN_EXE_node"), &[("AUTH_DPOP", "optional")]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oauth/dpop/client");
    let case = json!({
        "base": node.base(),
        "client_id": "quickstart",
        "username": ADMIN_EMAIL,
        "password": ADMIN_PASSWORD,
        "resource": "/users/me",
    });
    let output = tokio::task::spawn_blocking(move || {
        let mut command = npm::command(&folder)?;
        Some(command.arg(folder.join("with_oauth4webapi.cjs")).arg(case.to_string()).output().unwrap())
    });
    let Some(output) = output.await.unwrap() else { return };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).ends_with(" ok\n"), "it did not reach its end");
}

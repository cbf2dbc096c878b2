//! Programs that read the document: schemathesis, which tests the service by it, and a generated client.

use std::path::{Path, PathBuf};
use std::process::Output;

use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD, Node, python};

const PASSWORD: &str = "three words and a comma";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/python")
}

/// Runs Python with these arguments in a folder of its own.
async fn run(arguments: Vec<String>) -> Option<Output> {
    let run = move || {
        let here = tempfile::tempdir().unwrap();
        let mut command = python::command(&folder().join("requirements.txt"))?;
        Some(command.args(arguments).current_dir(here.path()).env("NO_COLOR", "1").output().unwrap())
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// No server error, no undocumented status, content type or body, and no operation that ignores authentication.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
    response_schema_conformance,ignored_auth";

async fn conforms(node: &Node, token: Option<&str>) {
    let mut arguments: Vec<String> =
        ["-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", "--checks", CHECKS]
            .map(str::to_owned)
            .into();
    arguments.extend(["--phases", "examples,coverage,fuzzing", "--max-examples", "5"].map(str::to_owned));
    arguments.push("--generation-deterministic".to_owned());
    // These end the session that the other requests need.
    arguments.extend(["--exclude-path-regex", "^/auth/logout"].map(str::to_owned));
    if let Some(token) = token {
        arguments.extend(["--header".to_owned(), format!("Authorization: Bearer {token}")]);
    }
    arguments.push(format!("{}/openapi.json", node.base()));
    let Some(output) = run(arguments).await else { return };
    assert!(output.status.success(), "{}", printed(&output));
}

fn node() -> Node {
    Node::start_with(env!("CARGO_BIN_EXE_node"), &[("AUTH_RATE_LIMIT", "off")])
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_fault_without_credentials() {
    conforms(&node(), None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_fault_as_a_user() {
    let node = node();
    node.client().register("ada@example.com", PASSWORD).await;
    let ada = node.client().login("ada@example.com", PASSWORD).await;
    conforms(&node, Some(&ada.access)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_fault_as_an_admin() {
    let node = node();
    let admin = node.client().admin().await;
    conforms(&node, Some(&admin.access)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_client_logs_in() {
    let node = node();
    let script = folder().join("generated_client.py").display().to_string();
    let arguments = [&script, node.base(), ADMIN_EMAIL, ADMIN_PASSWORD].map(str::to_owned).into();
    let Some(output) = run(arguments).await else { return };
    assert!(output.status.success(), "{}", printed(&output));
    assert!(printed(&output).ends_with(&format!("logged in as {ADMIN_EMAIL}\n")), "{}", printed(&output));
}

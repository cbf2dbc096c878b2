//! The policy table as text, compared with a file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use auth_core::prelude::*;
use auth_core::testing::policy_lock;

#[require_auth]
async fn me() {}

#[require(all(auth, fresh("10m")))]
async fn careful() {}

#[public]
async fn health() {}

fn router() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/users/me", get(me).delete(careful)).route("/health", get(health))
}

#[test]
fn as_text_its_columns_are_aligned() {
    let text = router().policy().to_string();
    let starts: Vec<_> = text.lines().map(|line| line.find("guards::policy_lock::")).collect();
    assert_eq!(text.lines().count(), 4);
    assert!(starts[1..].iter().all(|start| start.is_some() && *start == starts[1]), "{text}");
    assert!(text.lines().next().unwrap().starts_with("METHOD  PATH"), "{text}");
    assert!(text.contains("policy_lock.rs:"), "{text}");
}

#[test]
fn as_markdown_it_is_a_table() {
    let markdown = router().policy().markdown();
    let mut lines = markdown.lines();
    assert_eq!(lines.next().unwrap(), "| method | path | requirement | handler | decided at |");
    assert_eq!(lines.next().unwrap(), "| --- | --- | --- | --- | --- |");
    assert!(lines.next().unwrap().starts_with("| `GET` | `/health` | `public` | `guards::policy_lock::health` | `"));
}

#[test]
fn every_handler_of_these_tests_is_in_the_lock() {
    policy_lock(&crate::handlers::router().policy(), "tests/guards/policy.lock");
}

fn message(held: impl FnOnce()) -> String {
    catch_unwind(AssertUnwindSafe(held)).expect_err("it was held").downcast_ref::<String>().unwrap().clone()
}

#[test]
fn a_changed_guard_fails_with_its_old_and_new_requirement() {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("policy.lock");
    let missing = message({
        let file = file.clone();
        move || policy_lock(&router().policy(), file)
    });
    assert!(missing.contains("cannot read") && missing.contains("UPDATE_POLICY_LOCK=1"), "{missing}");

    std::fs::write(&file, router().policy().lock()).unwrap();
    policy_lock(&router().policy(), &file);

    let changed: GuardedRouter<Auth> = GuardedRouter::new().route("/users/me", get(health)).route("/new", get(me));
    let message = message(move || policy_lock(&changed.policy(), file));
    for line in [
        "- DELETE /users/me: all(auth, fresh(\"10m\")) [guards::policy_lock::careful]\n",
        "- GET /users/me: auth [guards::policy_lock::me]\n+ GET /users/me: public [guards::policy_lock::health]\n",
        "- GET /health: public [guards::policy_lock::health]\n",
        "+ GET /new: auth [guards::policy_lock::me]\n",
    ] {
        assert!(message.contains(line), "{line} is not in {message}");
    }
}

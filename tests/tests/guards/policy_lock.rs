//! The policy table as text, compared with a file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use auth_core::prelude::*;
use auth_core::require_scope as scoped;
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

mod with {
    use auth_core::prelude::*;
    use axum::extract::Path;

    #[require_auth]
    #[authorize(identity . has_scope( "a" )
        &&id==1)]
    #[authorize(id  !=   2)]
    pub(super) async fn show(identity: Identity, Path(id): Path<u32>) {}

    // An attribute by another name is expanded after these.
    #[require_auth]
    #[authorize(id != 2)]
    #[super::scoped("b")]
    pub(super) async fn apart(Path(id): Path<u32>, _: Identity) {}

    #[require_auth]
    pub(super) mod module {
        use auth_core::prelude::*;

        #[authorize(identity.has_scope("a"))]
        pub(in super::super) async fn inside(identity: Identity) {}
    }

    pub(super) struct Desk;

    #[require_auth]
    impl Desk {
        #[authorize(identity.has_scope("a"))]
        pub(super) async fn inside(identity: Identity) {}
    }
}

mod without {
    use auth_core::prelude::*;
    use axum::extract::Path;

    #[require_auth]
    #[authorize(identity.has_scope("a") && id == 1)]
    pub(super) async fn show(identity: Identity, Path(id): Path<u32>) {}
}

#[test]
fn a_condition_is_a_part_of_its_row() {
    let router: GuardedRouter<Auth> = GuardedRouter::new()
        .route("/{id}", get(with::show))
        .route("/{id}/apart", get(with::apart))
        .route("/module", get(with::module::inside))
        .route("/impl", get(with::Desk::inside));
    let lines: Vec<_> =
        router.policy().lock().lines().map(|line| line.split(" [").next().unwrap().to_owned()).collect();
    let expected = [
        r#"GET /impl: auth, authorize(identity.has_scope("a"))"#,
        r#"GET /module: auth, authorize(identity.has_scope("a"))"#,
        r#"GET /{id}: auth, authorize(identity.has_scope("a") && id == 1), authorize(id != 2)"#,
        r#"GET /{id}/apart: all(auth, scope("b")), authorize(id != 2)"#,
    ];
    assert_eq!(lines, expected);
    let table = router.policy();
    assert_eq!(table.routes()[2].conditions, [r#"identity.has_scope("a") && id == 1"#, "id != 2"]);
    assert!(table.to_string().contains("authorize(id != 2)") && table.markdown().contains("authorize(id != 2)"));
    assert_eq!(serde_json::to_value(&table).unwrap()["routes"][2]["conditions"][1], "id != 2");

    let one_less: GuardedRouter<Auth> = GuardedRouter::new().route("/{id}", get(without::show));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.lock");
    std::fs::write(&file, router.policy().lock()).unwrap();
    let message = message(move || policy_lock(&one_less.policy(), file));
    let lines = ", authorize(id != 2) [guards::policy_lock::with::show]\n+ GET /{id}: auth, authorize(";
    assert!(message.contains(lines), "{lines} is not in {message}");
}

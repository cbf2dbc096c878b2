//! The Postman collection of the `RealWorld` project, sent by newman to the program as `cargo run -p realworld` starts it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use auth_tests::npm;
use auth_tests::servers::Database;
use serde_json::Value;
use tempfile::TempDir;

/// The running program, with a working directory of its own. Drop kills it.
struct Program {
    child: Child,
    url: String,
    _folder: TempDir,
}

impl Program {
    /// Only the address is another than without variables, and the database, if one is named.
    fn start(database: Option<&str>) -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_realworld"));
        command.current_dir(&folder).env_clear().env("BIND", "127.0.0.1:0").stdout(Stdio::piped());
        if let Some(url) = database {
            command.env("DATABASE_URL", url);
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let url = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
        let url = url.unwrap_or_else(|| panic!("the program ended: {}", child.wait().unwrap()));
        Self { child, url, _folder: folder }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn passes(database: Option<&str>) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let Some(mut node) = npm::command(&tests.join("newman")) else { return };
    let program = Program::start(database);
    let collection = tests.join("../../../tests/vectors/realworld/Conduit.postman_collection.json");
    let run = node.arg(tests.join("newman/run.cjs")).arg(collection.canonicalize().unwrap());
    let output = run.arg(format!("{}/api", program.url)).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let counts: Value = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
    let count = |name: &str, of: &str| counts[name][of].as_u64().unwrap();
    assert_eq!(counts["failures"], 0, "{printed}");
    assert_eq!((count("requests", "total"), count("requests", "failed")), (32, 0), "{printed}");
    assert_eq!((count("assertions", "total"), count("assertions", "failed")), (311, 0), "{printed}");
}

#[test]
fn passes_on_sqlite() {
    passes(None);
}

#[tokio::test]
async fn passes_on_postgresql() {
    if let Some(postgres) = Database::create("the collection of RealWorld on PostgreSQL").await {
        passes(Some(&postgres.url()));
    }
}

//! A quickstart process with its own folder.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;

use tempfile::TempDir;

use crate::Client;

/// The first admin of every node.
pub const ADMIN_EMAIL: &str = "admin@example.com";
/// Its password.
pub const ADMIN_PASSWORD: &str = "first-admin-of-a-test-node";
/// The signing secret of every node.
pub const AUTH_SECRET: &str = "signing-secret-of-a-test-node-40-bytes-x";

/// A running quickstart. Drop kills it.
pub struct Node {
    dir: Arc<TempDir>,
    env: Vec<(String, String)>,
    child: Child,
    /// Kept open here, since waiting for a child closes it and a node ends with its input.
    _stdin: Option<ChildStdin>,
    base: String,
    printed: Vec<String>,
}

impl Node {
    /// Starts the quickstart `binary` (`env!("CARGO_BIN_EXE_node")`) on a new file.
    pub fn start(binary: &str) -> Self {
        Self::start_with(binary, &[])
    }

    /// The same with more environment variables.
    pub fn start_with(binary: &str, env: &[(&str, &str)]) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self::run(binary, dir, env)
    }

    /// The exit status and output of a quickstart that does not start.
    pub fn refuse_to_start(binary: &str, env: &[(&str, &str)]) -> Output {
        let dir = tempfile::tempdir().unwrap();
        let env: Vec<_> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        // Not a pipe, which the log of a node that starts would fill.
        let log = dir.path().join("log");
        let mut command = command(binary, dir.path(), &env);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        // Kept open, since a node ends with its input; a node that starts against expectation is ended.
        let mut stdin = child.stdin.take();
        let mut printed = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap) {
            if line.starts_with("listening on ") {
                stdin = None;
            }
            printed += &line;
        }
        drop(stdin);
        let status = child.wait().unwrap();
        Output { status, stdout: printed.into(), stderr: std::fs::read(log).unwrap() }
    }

    fn run(binary: &str, dir: Arc<TempDir>, env: Vec<(String, String)>) -> Self {
        let log = File::options().create(true).append(true).open(dir.path().join("log")).unwrap();
        let mut command = command(binary, dir.path(), &env);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut printed: Vec<String> = Vec::new();
        let base = loop {
            let Some(line) = lines.next() else {
                let log = std::fs::read_to_string(dir.path().join("log")).unwrap();
                panic!("the node did not start:\n{log}");
            };
            printed.push(line.clone());
            if let Some(base) = line.strip_prefix("listening on ") {
                break base.to_owned();
            }
        };
        let stdin = child.stdin.take();
        Self { dir, env, child, _stdin: stdin, base, printed }
    }

    /// Its address, `http://127.0.0.1:PORT`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A client of it.
    pub fn client(&self) -> Client {
        Client::new(&self.base).with_metadata(self.metadata_url())
    }

    /// The address of its metadata (RFC 9728), which its challenges name: that of the issuer, if it is a URL.
    pub fn metadata_url(&self) -> Option<String> {
        let set = self.env.iter().find(|(name, _)| name == "AUTH_ISSUER").map(|(_, issuer)| issuer);
        let issuer = set.unwrap_or(&self.base);
        issuer.contains("://").then(|| format!("{issuer}/.well-known/oauth-protected-resource"))
    }

    /// The lines that it printed before it listened.
    pub fn printed(&self) -> &[String] {
        &self.printed
    }

    /// A file in its folder: `quickstart.db`, `log`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The token of the last message of this kind to an address, from the log; waits until it is there.
    pub async fn message(&self, kind: &str, to: &str) -> String {
        logged_message(&[self], kind, to).await
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it (`SIGKILL`).
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills it, unless it was killed, and starts another one in the same folder.
    #[must_use]
    pub fn kill_and_restart(mut self, binary: &str) -> Self {
        self.kill();
        Self::run(binary, self.dir.clone(), std::mem::take(&mut self.env))
    }

    /// Stops it (`SIGTERM`), and waits until it has exited.
    pub fn stop(&mut self) -> ExitStatus {
        let status = Command::new("kill").arg(self.id().to_string()).status().unwrap();
        assert!(status.success());
        self.child.wait().unwrap()
    }
}

/// The token of the last message of this kind to an address, from the log of one of these nodes; waits until it is there.
pub async fn logged_message(nodes: &[&Node], kind: &str, to: &str) -> String {
    let begin = format!("message {kind} to {to}: ");
    let read = || {
        nodes.iter().find_map(|node| {
            let log = std::fs::read_to_string(node.path("log")).unwrap();
            log.rsplit_once(&begin).and_then(|(_, rest)| rest.split(' ').next().map(str::to_owned))
        })
    };
    let logged = async {
        loop {
            match read() {
                Some(token) => break token,
                None => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), logged).await.expect("no message was logged")
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(binary: &str, dir: &Path, env: &[(String, String)]) -> Command {
    let mut command = Command::new(binary);
    command
        .current_dir(dir)
        .env_clear()
        .env("BIND", "127.0.0.1:0")
        .env("AUTH_SECRET", AUTH_SECRET)
        .env("ADMIN_PASSWORD", ADMIN_PASSWORD)
        .env("RUST_LOG", "debug");
    for (name, value) in env {
        // `NAME=` removes a variable.
        if value.is_empty() {
            command.env_remove(name)
        } else {
            command.env(name, value)
        };
    }
    command
}

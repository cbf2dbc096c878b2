//! The command line, run as a program: accounts on SQLite and PostgreSQL, keys, passwords, tokens, policies.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

mod database;
mod offline;
mod policy;

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

const PASSWORD: &str = "three words and a comma";

/// What a run of the command printed, and its exit code.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    /// The JSON of a run that succeeded.
    fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// Runs `auth-core` with these arguments, which spaces separate, and this standard input.
fn run(arguments: &str, input: &str, variables: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auth-core"));
    command.args(arguments.split(' ').filter(|argument| !argument.is_empty())).env_clear();
    command.envs(variables.iter().copied());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that reads nothing has closed it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

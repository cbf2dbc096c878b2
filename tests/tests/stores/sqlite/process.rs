//! Other processes on the same file: this test binary, started with the one test that is the child process.

use std::process::{Command, Stdio};

use super::file::TempFile;

const SHARED_URL: &str = "AUTH_TEST_SHARED_URL";

/// In the child process: the database URL.
pub(crate) fn shared_url() -> Option<String> {
    std::env::var(SHARED_URL).ok()
}

/// The child process, not started yet.
pub(crate) fn running(test: &str, file: &TempFile) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(SHARED_URL, file.url()).stdout(Stdio::piped());
    command
}

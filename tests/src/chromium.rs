//! Chromium, driven by scripts with playwright-core.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::npm;
use crate::python::{build_folder, run as run_command};
use crate::servers::leave_out;

/// Runs a script, which calls `run` of `tests/chromium/chromium.cjs`, and returns what it printed before its `ok`. `input` is
/// its argument, with the folder [`screenshots`] added.
///
/// `None`, and a line that says what is left out, without Chromium, Node.js or registry; a failure where `CI` is set.
///
/// # Panics
///
/// When the script fails, with what it printed.
pub async fn run(script: &Path, input: Value) -> Option<String> {
    let script = script.to_owned();
    tokio::task::spawn_blocking(move || run_script(&script, input)).await.unwrap()
}

fn run_script(script: &Path, mut input: Value) -> Option<String> {
    let browser = browser().map_err(|why| leave_out("tests in Chromium", &why)).ok()?;
    let helpers = Path::new(env!("CARGO_MANIFEST_DIR")).join("chromium");
    let mut node = npm::command(&helpers)?;
    let modules = node.get_envs().find_map(|(name, value)| value.filter(|_| name == "NODE_PATH")).unwrap().to_owned();
    node.env("NODE_PATH", std::env::join_paths([PathBuf::from(modules), helpers]).unwrap());
    input["screenshots"] = screenshots().display().to_string().into();
    let output = node.env("CHROMIUM", browser).arg(script).arg(input.to_string()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (printed, errors) = (text(&output.stdout), text(&output.stderr));
    let finished = printed.strip_suffix("ok\n").filter(|_| output.status.success());
    Some(finished.unwrap_or_else(|| panic!("{} failed:\n{printed}{errors}", script.display())).to_owned())
}

/// The folder of screenshots: `target/screenshots`.
pub fn screenshots() -> PathBuf {
    let folder = build_folder().join("screenshots");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The program: that of `CHROMIUM`, or Debian's.
fn browser() -> Result<PathBuf, String> {
    let program = std::env::var_os("CHROMIUM").map_or(PathBuf::from("/usr/bin/chromium"), PathBuf::from);
    run_command(Command::new(&program).arg("--version"))
        .map_err(|error| format!("{error}; install the Debian package `chromium`, or set CHROMIUM to the program"))?;
    Ok(program)
}

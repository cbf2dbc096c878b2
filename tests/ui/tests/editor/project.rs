//! A crate that uses auth-core, opened in rust-analyzer.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::client::Editor;

/// An editor with a crate that depends on `auth_core`; `None`, and a line about it, without rust-analyzer.
///
/// The crates are described to the server one by one. With Cargo it would first build all dependencies once more, which
/// no case needs.
pub(crate) fn open() -> Option<Editor> {
    let version = Command::new("rust-analyzer").arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        // Not captured, so that a passing run shows it too.
        let _ = writeln!(std::io::stderr(), "LEFT OUT: rust-analyzer: `rustup component add rust-analyzer` brings it");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let manifest = "[package]\nname = \"typed\"\n\n[dependencies]\nauth-core = \"0\"\n";
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    let file = folder.path().join("lib.rs");
    fs::write(&file, "").unwrap();
    Some(Editor::open(Command::new("rust-analyzer"), &project(&file), folder))
}

/// The contents of a `rust-project.json`.
fn project(file: &Path) -> Value {
    let library = |package: &str| workspace().join(package).join("src/lib.rs");
    let none: [Value; 0] = [];
    json!({
        "sysroot": said(Command::new("rustc").args(["--print", "sysroot"])).trim(),
        "crates": [
            {
                "root_module": library("auth-macros"),
                "edition": "2024",
                "deps": none,
                "is_proc_macro": true,
                "proc_macro_dylib_path": macros(),
            },
            {
                "root_module": library("auth-core"),
                "edition": "2024",
                "deps": [{ "crate": 0, "name": "auth_macros" }],
            },
            {
                "root_module": file,
                "edition": "2024",
                "deps": [{ "crate": 1, "name": "auth_core" }],
                "env": { "CARGO_MANIFEST_DIR": file.parent() },
            },
        ],
    })
}

/// The path of the compiled macros, from Cargo.
fn macros() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(workspace()).args(["build", "--quiet", "--package", "auth-macros", "--message-format", "json"]);
    let messages = said(&mut cargo);
    let artifacts = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut of_ours = artifacts.filter(|message| message["target"]["name"] == "auth_macros");
    let file = of_ours.find_map(|message| message["filenames"][0].as_str().map(PathBuf::from));
    file.unwrap_or_else(|| panic!("Cargo does not say where the macros are: {messages}"))
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

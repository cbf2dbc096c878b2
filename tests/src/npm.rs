//! Node.js with packages, for third-party libraries and servers.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::python::{build_folder, fingerprint, run};
use crate::servers::leave_out;

/// A Node.js whose `require` finds the packages of `package-lock.json` in this folder. They are installed once, in the
/// build directory. Install scripts are not run.
///
/// `None`, and a line that says what is left out, without Node.js or registry; a failure where `CI` is set.
pub fn command(packages: &Path) -> Option<Command> {
    match modules(packages) {
        Ok(modules) => {
            let mut node = Command::new("node");
            node.env("NODE_PATH", modules);
            Some(node)
        }
        Err(why) => {
            leave_out(&format!("tests with the packages of {}", packages.display()), &why);
            None
        }
    }
}

fn modules(packages: &Path) -> Result<PathBuf, String> {
    let read = |name: &str| fs::read_to_string(packages.join(name)).unwrap();
    let (package, wanted) = (read("package.json"), read("package-lock.json"));
    let folder = build_folder().join(format!("npm-{:016x}", fingerprint(&wanted)));
    fs::create_dir_all(&folder).unwrap();
    // One process installs, the others wait.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let done = folder.join("done");
    if !done.exists() {
        run(Command::new("node").arg("--version"))?;
        fs::write(folder.join("package.json"), package).unwrap();
        fs::write(folder.join("package-lock.json"), wanted).unwrap();
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=10"])
            .current_dir(&folder);
        run(&mut npm)?;
        fs::write(done, "").unwrap();
    }
    Ok(folder.join("node_modules"))
}

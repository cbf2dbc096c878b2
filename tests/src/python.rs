//! Python with packages, for third-party clients.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::servers::leave_out;

/// A Python with the packages of a `requirements.txt`. They are installed once, in the build directory.
///
/// `None`, and a line that says what is left out, without Python or package index; a failure where `CI` is set.
pub fn command(requirements: &Path) -> Option<Command> {
    match environment(requirements) {
        Ok(python) => Some(Command::new(python)),
        Err(why) => {
            leave_out(&format!("tests with the packages of {}", requirements.display()), &why);
            None
        }
    }
}

fn environment(requirements: &Path) -> Result<PathBuf, String> {
    let wanted = fs::read_to_string(requirements).unwrap();
    let folder = build_folder().join(format!("python-{:016x}", fingerprint(&wanted)));
    fs::create_dir_all(&folder).unwrap();
    // One process installs, the others wait.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let (python, done) = (folder.join("bin/python"), folder.join("done"));
    if !done.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries=10", "--requirement"]);
        pip.arg(requirements);
        run(&mut pip)?;
        fs::write(done, wanted).unwrap();
    }
    Ok(python)
}

pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// The test binary is in `target/PROFILE/deps`.
pub(crate) fn build_folder() -> PathBuf {
    let binary = std::env::current_exe().unwrap();
    binary.ancestors().nth(3).unwrap().to_owned()
}

/// FNV-1a: the same text has the same folder with every compiler.
pub(crate) fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

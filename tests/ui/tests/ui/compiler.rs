//! The rustc release of the `.stderr` files, and the check with other releases: a case is refused, and an error points
//! at a line of the mistake.

use std::fs;
use std::path::Path;
use std::process::Command;

use auth_ui_tests::case;

/// The release of rustc that wrote the `.stderr` files. Set it after `TRYBUILD=overwrite` with another one.
const RECORDED_WITH: &str = "1.95";

/// The output of `rustc --version`, if it is another release than the recorded one.
pub(crate) fn other_release() -> Option<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().unwrap();
    let version = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    (!is_release(&version, RECORDED_WITH)).then_some(version)
}

fn is_release(version: &str, release: &str) -> bool {
    version.strip_prefix("rustc ").and_then(|rest| rest.strip_prefix(release)).is_some_and(|rest| rest.starts_with('.'))
}

/// Compiles a copy of every case, for which trybuild records the compiler's output, and checks its positions.
pub(crate) fn check_places(version: &str) {
    println!("LEFT OUT: the words of the compiler, recorded with rustc {RECORDED_WITH}; this is {version}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("places");
    let _ = fs::remove_dir_all(&copy);
    for case in case::all(root).unwrap() {
        let folder = copy.join(&case.area).join("fail");
        fs::create_dir_all(&folder).unwrap();
        let file = format!("{}.rs", case.name);
        fs::copy(root.join(&case.area).join("fail").join(&file), folder.join(&file)).unwrap();
    }
    // trybuild reads the variable, and a process cannot safely set its own.
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "record_the_copy"])
        .env("TRYBUILD", "overwrite")
        .status()
        .unwrap();
    assert!(status.success(), "a case above compiles");
    let cases = case::all(&copy).unwrap();
    let wrong: Vec<_> = cases.iter().filter(|case| !points_at_the_mistake(case)).collect();
    let names: Vec<_> = wrong.iter().map(|case| format!("{}/fail/{}.rs", case.area, case.name)).collect();
    assert!(names.is_empty(), "no error points at the mistake in:\n{}", names.join("\n"));
}

/// The cases that [`check_places`] copied.
pub(crate) fn copied_cases() -> String {
    format!("{}/places/*/fail/*.rs", env!("CARGO_TARGET_TMPDIR"))
}

/// Whether an error points at a line below `// wrong:`.
fn points_at_the_mistake(case: &case::Case) -> bool {
    let first = case.first_wrong_line;
    let lines = first..first + case.wrong.lines().count();
    let file = format!("{}.rs:", case.name);
    let mut is_error = false;
    case.stderr.lines().any(|line| {
        if line.starts_with("error") || line.starts_with("warning") {
            is_error = line.starts_with("error");
        }
        let place = line.trim_start().strip_prefix("--> ").and_then(|place| place.split_once(&file));
        let number = place.and_then(|(_, numbers)| numbers.split(':').next()?.parse().ok());
        is_error && number.is_some_and(|number| lines.contains(&number))
    })
}

#[test]
fn a_release_is_recognised() {
    assert!(is_release("rustc 1.95.0 (59807616e 2026-04-14)", "1.95"));
    assert!(is_release("rustc 1.95.1", "1.95"));
    for other in ["rustc 1.96.0", "rustc 1.950.0", "rustc 1.9.5", "", "clippy 1.95.0"] {
        assert!(!is_release(other, "1.95"), "{other}");
    }
}

#[test]
fn an_error_must_point_at_the_mistake() {
    let case = |stderr: &str| case::Case {
        area: "require".to_owned(),
        name: "typo".to_owned(),
        context: "use auth_core::prelude::*;".to_owned(),
        wrong: "#[require(atuh)]\nasync fn handler() {}".to_owned(),
        first_wrong_line: 5,
        right: String::new(),
        stderr: stderr.to_owned(),
    };
    for line in [5, 6] {
        assert!(points_at_the_mistake(&case(&format!("error: unknown\n --> require/fail/typo.rs:{line}:3\n"))));
    }
    for stderr in [
        "",
        "error: unknown\n",
        "error: unknown\n --> require/fail/typo.rs:1:1\n",
        "error: unknown\n --> require/fail/typo.rs:7:1\n",
        "error: unknown\n --> auth-core/src/lib.rs:5:1\n",
        "warning: unused\n --> require/fail/typo.rs:5:1\n",
        "error: unknown\n --> $WORKSPACE/lib.rs:1:1\nwarning: unused\n --> require/fail/typo.rs:5:1\n",
    ] {
        assert!(!points_at_the_mistake(&case(stderr)), "{stderr}");
    }
}

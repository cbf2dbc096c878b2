//! The README: its code is the code that is compiled here, and its lines answer as printed.

use std::process::Command;

use auth_tests::Node;

use crate::NODE;

const README: &str = include_str!("../../../README.md");

fn block(language: &str) -> &'static str {
    let (_, rest) = README.split_once(&format!("```{language}\n")).expect("no such block");
    rest.split_once("```").expect("the block does not end").0
}

#[test]
fn the_first_screen_is_the_code_that_is_tested() {
    let tested = include_str!("first_screen.rs").split("// README\n").nth(1).expect("no markers");
    assert_eq!(block("rust").trim(), tested.trim(), "copy what stands between the markers in first_screen.rs");
}

#[test]
fn the_lines_answer_as_printed() {
    let start = block("console");
    let (_, password) = start.split_once("ADMIN_PASSWORD='").expect("the README gives the admin's password");
    let password = password.split_once('\'').expect("in quotes").0;
    let node = Node::start_with(NODE, &[("ADMIN_PASSWORD", password)]);

    let printed = block("sh");
    let lines = printed.replace("http://127.0.0.1:3000", node.base());
    assert_ne!(printed, lines);
    // As printed, but every call of curl also notes its status.
    let script =
        format!("curl() {{ command curl -w '%{{stderr}}status %{{http_code}}\\n' \"$@\"; }}\nset -eu\n{lines}");
    let output = Command::new("bash").args(["-c", &script]).output().expect("bash runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let statuses: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("status ")).collect();

    let comments = printed.lines().filter_map(|line| line.split_once(" -> ").filter(|_| line.starts_with('#')));
    let promised: Vec<_> = comments.flat_map(|(_, statuses)| statuses.split(", ")).collect();
    assert_eq!(statuses, promised, "{said}");
}

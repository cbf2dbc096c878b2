//! The README's code is the code that is compiled here, and its commands answer as printed. The quickstart's page names
//! every setting and every route.

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
    assert_eq!(block("rust"), include_str!("first_screen/readme.rs"), "copy first_screen/readme.rs into the README");
}

#[test]
fn the_smallest_service_is_the_one_that_is_built() {
    let built = include_str!("../../../examples/minimal/src/main.rs").split_once("\n\n").expect("a line of comment").1;
    let built = built.split_once("\n#[cfg(test)]").expect("laws").0;
    assert!(README.contains(&format!("```rust\n{built}```\n")), "copy examples/minimal/src/main.rs into the README");
}

#[test]
fn the_commands_answer_as_printed() {
    let start = block("console");
    let (_, password) = start.split_once("ADMIN_PASSWORD='").expect("the README gives the admin's password");
    let password = password.split_once('\'').expect("in quotes").0;
    let node = Node::start_with(NODE, &[("ADMIN_PASSWORD", password)]);

    let printed = block("sh");
    let lines = printed.replace("http://127.0.0.1:3000", node.base());
    assert_ne!(printed, lines);
    // As printed, except that every call of curl also prints its status.
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

const QUICKSTART: &str = include_str!("../../../examples/quickstart/README.md");

#[test]
fn every_setting_of_the_quickstart_is_on_its_page() {
    let settings = include_str!("../../../auth-core/src/service/settings/mod.rs").split('`');
    let config = include_str!("../../../examples/quickstart/src/config.rs").split('"').skip(1).step_by(2);
    let texts = settings.chain(config).filter(|text| !text.ends_with('_'));
    let variables = texts.filter(|text| text.len() > 3 && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
    let mut known = 0;
    for variable in variables {
        assert!(QUICKSTART.contains(&format!("`{variable}`")), "{variable} is not on the quickstart's page");
        known += 1;
    }
    assert!(known >= 21, "only {known} variables were found in the sources");
}

#[test]
fn every_route_of_the_quickstart_is_on_its_page() {
    let routes = include_str!("../../../examples/quickstart/policy.lock").lines();
    let routes: Vec<&str> = routes.filter_map(|line| line.split_once(": ")).map(|(route, _)| route).collect();
    for route in routes.iter().filter(|route| !route.ends_with(" *")) {
        assert!(QUICKSTART.contains(&format!("`{route}`")), "{route} is not on the quickstart's page");
    }
    let shown = QUICKSTART.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    for (route, _) in shown.filter(|(shown, _)| shown.contains(" /")) {
        assert!(routes.contains(&route), "{route} is on the quickstart's page and not among its routes");
    }
}

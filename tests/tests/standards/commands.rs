//! The test commands in the documentation match tests.

use std::fs;
use std::path::Path;

use crate::{guide, root};

fn sources(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// Each `--test BINARY FILTER` of a page; the filter is empty where the page names none.
fn commands(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.split("--test ").skip(1).map(|rest| {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let (binary, rest) = rest.split_at(end);
        let filter = rest.strip_prefix(' ').unwrap_or_default();
        (binary, &filter[..filter.find(|c| !is_name(c)).unwrap_or(filter.len())])
    })
}

#[test]
fn the_commands_of_the_pages_find_tests() {
    let pages = ["README.md".to_owned(), "CONTRIBUTING.md".to_owned()];
    let mut seen = 0;
    for page in pages.into_iter().chain(guide::pages().into_iter().map(|page| format!("docs/{page}"))) {
        let text = fs::read_to_string(root().join(&page)).unwrap();
        for (binary, filter) in commands(&text) {
            seen += 1;
            let folders = ["tests/tests", "tests/ui/tests"].map(|tests| root().join(tests).join(binary));
            let folder = folders.into_iter().find(|folder| folder.join("main.rs").exists());
            let folder = folder.unwrap_or_else(|| panic!("{page} names `--test {binary}`, and there is none"));
            let mut code = String::new();
            sources(&folder, &mut code);
            let names = code.lines().filter(|line| line.contains("mod ") || line.contains("fn "));
            assert!(names.into_iter().any(|name| name.contains(filter)), "{page}: no `{filter}` in `--test {binary}`");
        }
    }
    assert!(seen >= 10, "only {seen} commands were found");
}

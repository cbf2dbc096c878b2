//! `docs/threat-model.md`: each attack names a test that exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::root;

/// The names of all test functions.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders: Vec<PathBuf> = ["tests/tests", "tests/ui/tests", "auth-core/src", "examples", "cli"]
        .map(|folder| root().join(folder))
        .into_iter()
        .filter(|folder| folder.exists())
        .collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.extend(in_source(&fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// Functions below `#[test]` or `#[tokio::test]`, and the functions of the macros that make tests.
fn in_source(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_test = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some(rest) = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "))
            && std::mem::take(&mut is_test)
        {
            found.extend(rest.split('(').next().map(str::to_owned));
        }
    }
    found
}

#[test]
fn threat_model_names_a_test_for_each_attack() {
    let page = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let tests = tests();
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
    let rows: Vec<_> = rows.filter(|line| !line.starts_with("| attack |")).collect();
    assert!(rows.len() > 50, "{} rows", rows.len());
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 3, "attack, defence and test: {row}");
        let is_name = |text: &&str| {
            text.contains('_') && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        let named: Vec<_> = cells[2].split('`').skip(1).step_by(2).filter(is_name).collect();
        assert!(!named.is_empty(), "no test is named: {row}");
        for name in named {
            assert!(tests.contains(name), "there is no test `{name}`, which docs/threat-model.md names");
        }
    }
}

//! Words that messages and documentation avoid: in string literals and doc comments of the crates and examples, and in
//! Markdown pages. Other comments and names do not count.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod text;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Words without an actor, literary words and riddles. A phrase is written with single spaces.
const AVOIDED: &[&str] = &[
    "anew",
    "dear",
    "does not do",
    "do not do",
    "good for",
    "held against",
    "hold against",
    "mend",
    "mended",
    "mends",
    "nobody",
    "somebody",
    "told",
    "whoever",
    "whomever",
    "whom it may",
];

/// What is checked.
const CHECKED: &[&str] = &[
    "auth-core/src",
    "auth-macros/README.md",
    "auth-macros/src",
    "docs",
    "examples",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
];

/// Where the words still are. A path leaves the list with the last of them; the test fails until it does.
const NOT_YET: &[&str] = &[
    "README.md",
    "auth-core/src/base",
    "auth-core/src/cache",
    "auth-core/src/event",
    "auth-core/src/lib.rs",
    "auth-core/src/password",
    "auth-core/src/policy",
    "auth-core/src/private.rs",
    "auth-core/src/token",
    "auth-core/src/verify",
    "auth-core/src/web",
    "auth-macros/src/args",
    "auth-macros/src/check",
    "auth-macros/src/diagnostics.rs",
    "auth-macros/src/expand",
    "auth-macros/src/lib.rs",
    "auth-macros/src/model",
    "auth-macros/src/tests.rs",
    "docs/benchmarks.md",
    "docs/guide.md",
    "docs/operations.md",
    "docs/standards.md",
    "examples/quickstart",
    "examples/taken-over-users",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|entry| !entry.ends_with("target")).flat_map(|entry| files(&entry)).collect();
    files.sort();
    files
}

/// Every avoided word: its file, its line, the word.
fn found() -> Vec<(String, usize, &'static str)> {
    let mut found = Vec::new();
    for file in CHECKED.iter().flat_map(|checked| files(&root().join(checked))) {
        let name = file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let lines = match file.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => text::of_rust(&fs::read_to_string(&file).unwrap()).unwrap(),
            Some("md") => text::of_markdown(&fs::read_to_string(&file).unwrap()),
            _ => continue,
        };
        found.extend(text::words(&lines, AVOIDED).into_iter().map(|(line, word)| (name.clone(), line, word)));
    }
    found
}

fn is_below(file: &str, path: &str) -> bool {
    file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[test]
fn messages_and_docs_use_the_words_of_the_field() {
    let found = found();
    let fresh: Vec<String> = found
        .iter()
        .filter(|(file, ..)| !NOT_YET.iter().any(|path| is_below(file, path)))
        .map(|(file, line, word)| format!("{file}:{line}: `{word}`"))
        .collect();
    assert!(fresh.is_empty(), "write it with other words:\n{}", fresh.join("\n"));

    let mut counts: BTreeMap<&str, usize> = NOT_YET.iter().map(|path| (*path, 0)).collect();
    for (file, ..) in &found {
        for path in NOT_YET.iter().filter(|path| is_below(file, path)) {
            *counts.entry(path).or_default() += 1;
        }
    }
    println!("still to do: {counts:#?}");
    let done: Vec<_> = counts.iter().filter(|(_, count)| **count == 0).map(|(path, _)| *path).collect();
    assert!(done.is_empty(), "remove from NOT_YET, where no such word is left: {}", done.join(", "));
}

//! Words that this repository avoids, in all its text: messages, documentation, comments, names.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

use std::fs;
use std::path::{Path, PathBuf};

/// Indefinite persons and literary words. A word between quotation marks is a value, and is not checked.
const AVOIDED: &[&str] = &[
    "anew",
    "anybody",
    "dear",
    "do not do",
    "does not do",
    "good for",
    "held against",
    "hold against",
    "holds against",
    "mend",
    "mended",
    "mends",
    "nobody",
    "nobodys",
    "somebody",
    "someone",
    "told",
    "what stands here",
    "whoever",
    "whom it may",
    "whomever",
];

/// Names of functions with an avoided word, which say what a test reads.
const NAMES: &[&str] = &["nobody_without"];

/// Files and folders that are not the project's text.
const FOREIGN: &[&str] = &[".git", "Cargo.lock", "node_modules", "package-lock.json", "target", "tests/vectors"];

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if FOREIGN.iter().any(|foreign| path.ends_with(foreign)) {
            continue;
        }
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Each avoided word of `text` and its line. A phrase may go over the end of a line; names are split at underscores.
fn avoided(text: &str) -> Vec<(usize, &'static str)> {
    let words: Vec<(usize, String)> = (1..)
        .zip(text.lines())
        .flat_map(|(number, line)| {
            let mut line = line.to_lowercase().replace("\\n", " ");
            for name in NAMES {
                line = line.replace(name, "");
            }
            for word in AVOIDED {
                line = line.replace(&format!("\"{word}\""), "\"\"");
            }
            line.split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(|word| (number, word.to_owned()))
                .collect::<Vec<_>>()
        })
        .collect();
    let mut found = Vec::new();
    for phrase in AVOIDED {
        let parts: Vec<&str> = phrase.split(' ').collect();
        let matches = words.windows(parts.len()).filter(|part| part.iter().map(|(_, word)| word).eq(&parts));
        found.extend(matches.map(|part| (part[0].0, *phrase)));
    }
    found.sort_unstable();
    found
}

#[test]
fn the_repository_uses_the_words_of_the_field() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut paths = Vec::new();
    files(root, &mut paths);
    paths.sort();
    assert!(paths.iter().any(|path| path.ends_with("auth-macros/src/lib.rs")), "{} is not read", root.display());
    let mut found = Vec::new();
    for path in paths {
        let name = path.strip_prefix(root).unwrap().display().to_string();
        // Not a text file, or removed meanwhile.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        // The first line is the file's name.
        let text = [&name, "\n", &text].concat();
        found.extend(avoided(&text).into_iter().map(|(line, word)| format!("{name}:{}: `{word}`", line - 1)));
    }
    assert!(found.is_empty(), "write it with other words:\n{}", found.join("\n"));
}

#[test]
fn comments_names_and_literals_are_checked() {
    let (word, phrase) = (AVOIDED[0], "held against");
    let split = phrase.replace(' ', "\n//! ");
    let text = format!("// {word}\nfn a_{word}_b() {{\n    say(\"\\n{word}!\");\n}}\n//! {split} and {phrase}\n");
    assert_eq!(avoided(&text), [(1, word), (2, word), (3, word), (5, phrase), (6, phrase)]);
}

#[test]
fn only_whole_words_count_and_values_do_not() {
    let [word, value] = [AVOIDED[0], AVOIDED[1]];
    let text = format!("{word}s {word}'s x{word}\nheld up against\nids(\"{value}\")\n");
    assert_eq!(avoided(&text), [(1, word)]);
}

//! The layers of `auth-core`: a folder of `auth-core/src` uses only the folders above it, by their own path.
//!
//! The test reads the sources as tokens, so comments and strings do not count, and macro bodies do.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod paths;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use rules::LAYERS;

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("auth-core/src")
}

/// Every `.rs` file below `folder`, in order.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn a_layer_uses_only_the_layers_above_it() {
    let mut found = Vec::new();
    for layer in LAYERS {
        for file in sources(&src().join(layer)) {
            let name = file.strip_prefix(src()).unwrap().to_str().unwrap();
            let used = paths::in_source(&fs::read_to_string(&file).unwrap(), &paths::module_of(name)).unwrap();
            for path in used {
                if let Some(rule) = rules::broken_by(layer, &path) {
                    found.push(format!("auth-core/src/{name}:{}: `{}`: {rule}", path.line, path.written()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{} paths break the order of the layers:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_source_file_is_in_a_layer() {
    for file in sources(&src()) {
        let name = file.strip_prefix(src()).unwrap().to_str().unwrap();
        let layer = name.split_once('/').map(|(folder, _)| folder);
        let in_order = layer.map_or(rules::BELOW_ALL.contains(&name), |folder| LAYERS.contains(&folder));
        assert!(in_order, "auth-core/src/{name} is in no layer; the layers are {}", LAYERS.join(", "));
    }
}

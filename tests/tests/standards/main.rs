//! `docs/standards.md` lists the tested sections of each RFC, and the sections that are not implemented with the
//! reason. It is generated from the names of the tests.
//!
//! A test of a section is named after it: `rfc6750_s3_1_an_expired_token_is_invalid_token`, or, for two sections,
//! `rfc8037_s2_and_rfc7518_s6_2_private_keys_are_read`. `UPDATE_SNAPSHOTS=1` generates the page again.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, its helpers, too")]

mod commands;
mod guide;
mod left_out;
mod names;
mod page;
mod picture;
mod reference;
mod threats;

use std::fs;
use std::path::{Path, PathBuf};

use names::Covered;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every test of a section in `tests/tests`.
fn covered() -> Vec<Covered> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("tests/tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let file = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                // The examples in this test are not tests.
                if !file.starts_with("tests/tests/standards/") {
                    found.extend(names::in_source(&fs::read_to_string(&path).unwrap(), &file));
                }
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_page_says_what_is_tested() {
    let path = root().join("docs/standards.md");
    let page = page::write(&covered());
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let line = kept.lines().zip(page.lines()).position(|(kept, made)| kept != made);
    assert!(
        kept == page,
        "docs/standards.md has drifted from line {:?}; write it with UPDATE_SNAPSHOTS=1",
        line.map(|line| line + 1)
    );
}

#[test]
fn nothing_is_both_tested_and_left_out() {
    let covered = covered();
    for (rfc, section, why) in left_out::LEFT_OUT {
        assert!(!why.is_empty());
        let tested = covered.iter().find(|test| test.rfc == *rfc && test.section() == *section);
        assert!(tested.is_none(), "RFC {rfc} section {section} is listed as left out, and tested by {tested:?}");
    }
}

#[test]
fn every_rfc_that_is_named_has_a_title() {
    for test in covered() {
        assert!(page::title(test.rfc).is_some(), "RFC {} of {} has no title in page.rs", test.rfc, test.name);
    }
}

//! A page of every case with the wrong code, the compiler's output, and the corrected code: `target/diagnostics.md`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use auth_ui_tests::case::{self, Case};

/// The areas in the order of a reader.
const AREAS: [(&str, &str); 18] = [
    ("require_auth", "`#[require_auth]`"),
    ("require_role", "`#[require_role(..)]`"),
    ("require_scope", "`#[require_scope(..)]`"),
    ("require_permission", "`#[require_permission(..)]`"),
    ("api_key", "`#[api_key]`"),
    ("public", "`#[public]`"),
    ("require", "`#[require(..)]`"),
    ("guard", "`guard!(..)`"),
    ("authorize", "`#[authorize(..)]`"),
    ("rate_limit", "`#[rate_limit(..)]`"),
    ("handler", "Parameters and results of a handler"),
    ("stacking", "Several attributes on one handler"),
    ("module", "Attributes on a module"),
    ("impl_block", "Attributes on an impl block"),
    ("derive_role", "`#[derive(Role)]`"),
    ("derive_permission", "`#[derive(Permission)]`"),
    ("router", "`GuardedRouter`"),
    ("hygiene", "Beside other code"),
];

#[test]
fn the_page_shows_every_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = case::all(root).unwrap();
    assert!(cases.len() >= 200, "only {} cases were found", cases.len());
    for case in &cases {
        assert!(AREAS.iter().any(|(area, _)| *area == case.area), "`{}` has no heading", case.area);
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    fs::write(target.join("diagnostics.md"), page(&cases)).unwrap();
}

fn page(cases: &[Case]) -> String {
    let mut page = format!(
        "# What the compiler says\n\n\
         Every mistake with the attributes that we know of, {} in all: what was written, what the compiler says, and \
         what to write. The page is made from the compile-fail cases in `tests/ui`, and the right code is compiled, so \
         neither can drift from what the macros do.\n\n",
        cases.len()
    );
    let of = |area: &str| cases.iter().filter(move |case| case.area == area).collect::<Vec<_>>();
    for (area, heading) in AREAS {
        let count = of(area).len();
        if count > 0 {
            writeln!(page, "- [{heading}](#{}): {count}", anchor(heading)).unwrap();
        }
    }
    for (area, heading) in AREAS {
        let cases = of(area);
        if !cases.is_empty() {
            writeln!(page, "\n## {heading}").unwrap();
        }
        for case in cases {
            section(&mut page, case);
        }
    }
    page
}

fn section(page: &mut String, Case { name, wrong, right, stderr, .. }: &Case) {
    let title = name.replace('_', " ");
    let title = title[..1].to_uppercase() + &title[1..];
    write!(page, "\n### {title}\n\n```rust,compile_fail\n{wrong}\n```\n\n").unwrap();
    write!(page, "```text\n{}\n```\n\n```rust\n{right}\n```\n", said(stderr)).unwrap();
}

/// The sentences of a message, without the excerpts of code between them.
fn said(stderr: &str) -> String {
    let mut said = Vec::new();
    for line in stderr.lines() {
        let text = line.trim_start().trim_start_matches("= ");
        let is_sentence = ["error", "warning", "help: ", "note: "].iter().any(|start| text.starts_with(start));
        let of_the_machinery =
            ["note: this error originates", "note: required by a bound", "note: required for", "__private"]
                .iter()
                .any(|part| text.contains(part));
        if is_sentence && !of_the_machinery {
            said.push(text);
        }
    }
    said.join("\n")
}

fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
}

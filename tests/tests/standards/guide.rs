//! The guide: every page is in its index, the code of every page is compiled, and links lead to a page and a heading.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use auth_tests::python;

use crate::root;

/// Pages whose code is a program of the workspace, from its first `use` on, because `auth-core` lacks its dependencies.
const PROGRAMS: [(&str, &str); 1] = [("recipes/mcp.md", "tests/mcp/src/lib.rs")];

/// The Markdown files of a folder and those below it, by their path from `base`.
fn markdown(folder: &Path, base: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            markdown(&path, base, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.insert(path.strip_prefix(base).unwrap().to_str().unwrap().to_owned());
        }
    }
}

/// The guide's pages, without its index.
pub(crate) fn pages() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    markdown(&root().join("docs"), &root().join("docs"), &mut found);
    found.remove("SUMMARY.md");
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a page outside of its code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    page.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// The targets of a page's links.
fn links(page: &str) -> Vec<String> {
    let targets = |line: &str| {
        let rests = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        rests.map(|(target, _)| target.to_owned()).collect::<Vec<_>>()
    };
    prose(page).flat_map(targets).collect()
}

/// The anchors of a page's headings, as GitHub and mdBook make them.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = prose(page).filter(|line| line.starts_with('#'));
    let kept = |c: char| (c.is_alphanumeric() || c == '_' || c == '-').then_some(c);
    let anchor = |line: &str| {
        let text = line.trim_start_matches('#').trim().to_lowercase();
        text.chars().filter_map(|c| if c == ' ' { Some('-') } else { kept(c) }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn guide_has_every_page_in_its_index() {
    let listed = links(&read(&root().join("docs/SUMMARY.md")));
    let once: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(once.len(), listed.len(), "docs/SUMMARY.md lists a page twice");
    assert_eq!(once, pages(), "left: docs/SUMMARY.md, right: the pages in docs");
}

#[test]
fn guide_has_its_code_compiled() {
    let compiled = read(&root().join("auth-core/src/guide.rs"));
    for page in pages() {
        let text = read(&root().join("docs").join(&page));
        let flags: Vec<_> = text.lines().filter_map(|line| line.trim_start().strip_prefix("```rust")).collect();
        assert!(!flags.iter().any(|flags| flags.contains("ignore")), "docs/{page} has code that is not compiled");
        let is_program = PROGRAMS.iter().any(|(of_program, _)| *of_program == page);
        let listed = is_program || compiled.contains(&format!("\"{page}\";"));
        let has_code = !flags.is_empty();
        assert_eq!(has_code, listed, "docs/{page} with Rust code and its line in auth-core/src/guide.rs go together");
    }
}

#[test]
fn guide_shows_programs_as_they_are_compiled() {
    for (page, program) in PROGRAMS {
        let shown = read(&root().join("docs").join(page));
        let blocks: Vec<_> = shown.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        let source = read(&root().join(program));
        let (_, code) = source.split_once("\n\nuse ").expect("a `use`");
        assert_eq!(blocks, [format!("use {code}")], "copy {program} into docs/{page}");
    }
}

#[test]
fn guide_and_readmes_have_links_that_lead_somewhere() {
    let mut sources: BTreeSet<String> = pages().iter().map(|page| format!("docs/{page}")).collect();
    markdown(&root().join("examples"), &root(), &mut sources);
    sources.extend(["AGENTS.md", "README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/SUMMARY.md"].map(str::to_owned));
    let mut checked = 0;
    for source in sources {
        let path = root().join(&source);
        for link in links(&read(&path)) {
            if link.starts_with("http") || link.starts_with("mailto:") {
                continue;
            }
            checked += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target: PathBuf = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(target.exists(), "{source} links to {link}, and there is no such file");
            let known = anchor.is_empty() || anchors(&read(&target)).contains(anchor);
            assert!(known, "{source} links to {link}, and the page has no such heading");
        }
    }
    assert!(checked > 50, "only {checked} links were found");
}

/// The addresses of a page's links and pictures.
fn addresses(html: &str) -> impl Iterator<Item = &str> {
    let of = |attribute: &'static str| html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next());
    of(" href=\"").chain(of(" src=\"")).filter(|address| !address.contains(':'))
}

/// A path without `..`; `None` if it leads out of its beginning.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir if !normal.pop() => return None,
            Component::ParentDir => {}
            component => normal.push(component),
        }
    }
    Some(normal)
}

#[test]
fn guide_is_built_as_a_book_without_a_warning_and_its_links_lead_to_its_pages() {
    let Some(python) = python::command(&root().join("tests/tests/standards/book/requirements.txt")) else { return };
    let book = tempfile::tempdir().unwrap();
    let mut mdbook = Command::new(Path::new(python.get_program()).with_file_name("mdbook"));
    let output = mdbook.arg("build").arg(root().join("docs")).arg("--dest-dir").arg(book.path()).output().unwrap();
    let printed = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
    let is_clean = printed.lines().all(|line| line.trim_start().starts_with("INFO"));
    assert!(output.status.success() && is_clean && !printed.is_empty(), "{printed}");
    let mut checked = 0;
    for page in pages() {
        let page = PathBuf::from(page).with_extension("html");
        let html = read(&book.path().join(&page));
        for address in addresses(&html) {
            let (file, anchor) = address.split_once('#').unwrap_or((address, ""));
            let target = if file.is_empty() { page.clone() } else { page.with_file_name("").join(file) };
            // Those out of the book lead into the repository.
            let Some(target) = normal(&target).map(|target| book.path().join(target)) else { continue };
            assert!(target.exists(), "{} links to {address}, and there is no such file", page.display());
            let is_there = anchor.is_empty() || read(&target).contains(&format!("id=\"{anchor}\""));
            assert!(is_there, "{} links to {address}, and the page has no such place", page.display());
            checked += 1;
        }
    }
    assert!(checked > 1_000, "only {checked} links were found");
}

//! Pages of the guide that are tables of the sources: settings, features, events. `UPDATE_SNAPSHOTS=1` generates them again.

use std::fmt::Write as _;
use std::fs;

use crate::root;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Text of a documentation comment without links to items: `[words](Path)` and [`Item`] have no address in the guide.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        plain += before;
        let Some((words, end)) = after.split_once(']') else {
            plain.push('[');
            rest = after;
            continue;
        };
        match end.strip_prefix('(').and_then(|target| target.split_once(')')) {
            Some((address, end)) if address.starts_with("http") => {
                let _ = write!(plain, "[{words}]({address})");
                rest = end;
            }
            Some((_, end)) => {
                plain += words;
                rest = end;
            }
            None => {
                plain += words;
                rest = end;
            }
        }
    }
    plain + rest
}

/// The rows of the table that begins with this head in a documentation comment.
fn table(source: &str, comment: &str, head: &str) -> String {
    let lines = source.lines().filter_map(|line| line.strip_prefix(comment));
    let rows = lines.skip_while(|line| line.trim() != head).take_while(|line| line.trim().starts_with('|'));
    rows.map(|row| without_links(row.trim()) + "\n").collect()
}

fn settings() -> String {
    let rows = table(&read("auth-core/src/service/settings/mod.rs"), "///", "| variable | default | meaning |");
    format!(
        "# Settings\n\n`Settings::from_env` reads these environment variables. Durations have units (`10s`, `15m`, `7d`), sizes \
         are numbers.\nAn unknown variable with the prefix `AUTH_` is logged as a warning, an invalid value stops the start. \
         `AuthBuilder` has a\nmethod for each setting, which takes precedence. [Running a service](../operations.md) says how to \
         choose, and\n[deployment](../recipes/deployment.md) which of them belong to a proxy.\n\n{rows}"
    )
}

fn features() -> String {
    let rows = table(&read("auth-core/src/lib.rs"), "//!", "| feature | |");
    format!(
        "# Features\n\nThe features of the crate `auth-core`. Each adds code and changes none.\n\n{rows}\nWithout `server` only \
         guards for access tokens of other issuers remain. Without `sqlite` and `postgres` no database driver\nis compiled, and \
         the stores are your own.\n"
    )
}

/// A variant of `EventKind`.
#[derive(Default)]
struct Kind {
    name: String,
    meaning: String,
    fields: Vec<String>,
}

/// The variants of the enum in the form that rustfmt gives it.
fn kinds(source: &str) -> Vec<Kind> {
    let body = source.split_once("pub enum EventKind {\n").unwrap().1.split_once("\n}").unwrap().0;
    let mut kinds: Vec<Kind> = Vec::new();
    let mut comment = Vec::new();
    for line in body.lines() {
        let text = line.trim();
        let depth = line.len() - line.trim_start().len();
        if let Some(words) = text.strip_prefix("///") {
            comment.push(words.trim());
        } else if depth == 4 && text.starts_with(char::is_uppercase) {
            let name = text.trim_end_matches([' ', '{', ',']).to_owned();
            kinds.push(Kind { name, meaning: without_links(&comment.join(" ")), fields: Vec::new() });
            comment.clear();
        } else if depth == 8 && !text.starts_with('#') {
            kinds.last_mut().unwrap().fields.push(text.split(':').next().unwrap().to_owned());
            comment.clear();
        }
    }
    kinds
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

fn events() -> String {
    let mut page = "# Events\n\nEvery change and every refusal is an event: `EventSink` receives it, the audit trail and `GET \
                    /auth/events` keep it as JSON\nwith `kind`, `outcome` (`success`, `refused`, `unknown`), the time, the \
                    actor, the subject, the session, the address, the user agent\nand the request id, `null` where there is \
                    none. No event has a credential, and none has the name of \
                    a failed login.\n[The audit trail](../recipes/audit-trail.md) shows the queries.\n\n| kind | fields | |\n| --- \
                    | --- | --- |\n"
        .to_owned();
    for Kind { name, meaning, fields } in kinds(&read("auth-core/src/event/kind.rs")) {
        let fields: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
        let _ = writeln!(page, "| `{}` | {} | {meaning} |", snake_case(&name), fields.join(", "));
    }
    page
}

#[test]
fn reference_pages_are_the_tables_of_the_sources() {
    for (file, page, least) in [("settings", settings(), 25), ("features", features(), 8), ("events", events(), 40)] {
        assert!(page.matches("\n| `").count() >= least, "{page}");
        let path = root().join(format!("docs/reference/{file}.md"));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            fs::write(&path, &page).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == page, "docs/reference/{file}.md has drifted; write it with UPDATE_SNAPSHOTS=1");
    }
}

/// The tables of the crate's front page and of the README have each feature of the manifest.
#[test]
fn each_feature_of_the_manifest_is_listed() {
    let manifest = read("auth-core/Cargo.toml");
    let section = manifest.split_once("[features]\n").unwrap().1.split_once("\n[").unwrap().0;
    let names = section.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "));
    let (readme, front) = (read("README.md"), features());
    for (name, _) in names.filter(|(name, _)| *name != "default") {
        for (page, text) in [("README.md", &readme), ("auth-core/src/lib.rs", &front)] {
            assert!(text.contains(&format!("\n| `{name}`")), "{page} has no row for the feature `{name}`");
        }
    }
}

//! Completion in incomplete attributes, from rust-analyzer itself, which expands the real macros in its proc-macro
//! server.
//!
//! No case has open brackets: with them, rust-analyzer reads the following code as arguments of any attribute,
//! `#[must_use(` included. Editors close brackets as they are opened.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod project;

/// The edited file. `ATTRIBUTE` is the incomplete attribute, `$0` the cursor.
const FILE: &str = "\
use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
}

struct User {
    nickname: u32,
}

fn find() -> User {
    loop {}
}

ATTRIBUTE
async fn edit(user: User, id: u32) {
    let found = find();
    found.BODY
}

fn routes() {
    let _ = edit;
}
";

/// Attributes as the user types them, and whether each is an error so far.
const TYPED: [(&str, bool); 22] = [
    ("#[require_auth]", false),
    ("#[require_auth()]", false),
    ("#[require_auth(opt)]", true),
    ("#[require_role]", true),
    ("#[require_role()]", true),
    ("#[require_role(Mod)]", false),
    ("#[require_role(Moderator, )]", false),
    ("#[require_role(Role::)]", true),
    ("#[require_role(all(User, not()))]", true),
    ("#[require_scope(\"\")]", true),
    ("#[require_scope(\"reports:read\", )]", false),
    ("#[require(any())]", true),
    ("#[require(any(auth, ))]", false),
    ("#[require(any(auth, rol))]", true),
    ("#[require(fresh())]", true),
    ("#[require(not(role(Mod)))]", false),
    ("#[api_key(scope = )]", true),
    ("#[api_key(sco)]", true),
    ("#[authorize()]", true),
    ("#[require_auth]\n#[authorize(user.)]", true),
    ("#[require_auth]\n#[authorize(user.nickname == )]", true),
    ("#[require_auth]\n#[authorize(user.nickname == id)]", false),
];

#[test]
fn incomplete_attributes_keep_completion_and_names() {
    let Some(mut editor) = project::open() else { return };
    for (attribute, is_mistake) in TYPED {
        let (text, cursor) = typed(attribute, "$0");
        editor.write(&text);
        let expansion = editor.expansion(position(&FILE[..FILE.find("ATTRIBUTE").unwrap() + "#[r".len()]));
        assert!(expansion.contains("__private"), "{attribute} is not expanded: {expansion}");
        assert_eq!(expansion.contains("compile_error"), is_mistake, "{attribute}: {expansion}");
        let offered = editor.completions(cursor);
        assert!(
            offered.iter().any(|label| label == "nickname"),
            "{attribute} costs the body its completion: {offered:?}"
        );
        let handler = place(&text, "async fn edit").0;
        assert_eq!(editor.definition(place(&text, "_ = edit")), Some(handler), "{attribute} hides the handler");
    }
}

#[test]
fn a_condition_is_completed_with_the_handlers_parameters() {
    let Some(mut editor) = project::open() else { return };
    let (text, cursor) = typed("#[require_auth]\n#[authorize(us$0)]", "nickname;");
    editor.write(&text);
    let offered = editor.completions(cursor);
    assert!(offered.iter().any(|label| label == "user"), "{offered:?}");
}

/// The file with the incomplete attribute, and the position of the cursor.
fn typed(attribute: &str, body: &str) -> (String, (usize, usize)) {
    let text = FILE.replace("ATTRIBUTE", attribute).replace("BODY", body);
    let (before, after) = text.split_once("$0").unwrap();
    (format!("{before}{after}"), position(before))
}

/// The position of the last character of `what`.
fn place(text: &str, what: &str) -> (usize, usize) {
    position(&text[..text.find(what).unwrap() + what.len() - 1])
}

fn position(before: &str) -> (usize, usize) {
    (before.matches('\n').count(), before.lines().last().map_or(0, str::len))
}

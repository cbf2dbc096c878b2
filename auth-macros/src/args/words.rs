//! The table of the words of `#[require(..)]`.

use syn::LitStr;

use super::literal::{duration, method, scope, text};
use super::requirement::{Kind, Leaf, Literal, MFA, RequirementExpr};

/// A word of `#[require(..)]`.
pub(super) struct Word {
    pub(super) name: &'static str,
    pub(super) syntax: Syntax,
    /// The syntax of the word.
    pub(super) example: &'static str,
    /// The error without arguments.
    pub(super) without: &'static str,
    /// The callers that meet it: the second column of the guide's table and of the attribute's documentation.
    #[cfg_attr(not(test), expect(dead_code, reason = "the documentation is checked against it"))]
    pub(super) met_by: &'static str,
}

/// The arguments of a word, and the requirement that they make.
#[derive(Clone, Copy)]
pub(super) enum Syntax {
    Alone(fn() -> Kind),
    /// Strings, which become the arguments of the constructor with the word's name in `auth_core::Requirement`.
    Strings(&'static [fn(&LitStr) -> syn::Result<Literal>]),
    Roles,
    Permissions,
    Parts(fn(Vec<RequirementExpr>) -> Kind),
    Part,
}

#[rustfmt::skip]
pub(super) const WORDS: [Word; 13] = [
    Word { name: "auth", syntax: Syntax::Alone(|| leaf("auth", vec![])), example: "auth", without: "",
        met_by: "a subject with a valid access token" },
    Word { name: "api_key", syntax: Syntax::Alone(|| leaf("api_key", vec![])), example: "api_key", without: "",
        met_by: "a program with a valid API key" },
    Word { name: MFA, syntax: Syntax::Alone(|| leaf("amr", vec![Literal::Text(MFA.to_owned())])), example: MFA, without: "",
        met_by: "the same as `amr(\"mfa\")`" },
    Word { name: "public", syntax: Syntax::Alone(|| Kind::Public), example: "public", without: "",
        met_by: "any caller; stands alone" },
    Word { name: "any", syntax: Syntax::Parts(Kind::Any), example: "any(auth, api_key)", without: "names no alternative, so no caller could meet it",
        met_by: "a caller who meets one of those inside" },
    Word { name: "all", syntax: Syntax::Parts(Kind::All), example: "all(role(Admin), mfa)", without: "demands nothing",
        met_by: "a caller who meets all of those inside" },
    Word { name: "not", syntax: Syntax::Part, example: "not(role(Guest))", without: "excludes no caller",
        met_by: "a known caller who does not meet what is inside" },
    Word { name: "role", syntax: Syntax::Roles, example: "role(Admin)", without: "names no role",
        met_by: "a subject with one of these roles, or with one that includes one of them" },
    Word { name: "permission", syntax: Syntax::Permissions, example: "permission(UsersRead)", without: "names no permission",
        met_by: "a subject whose roles have these permissions, as data of a store" },
    Word { name: "scope", syntax: Syntax::Strings(&[scope]), example: "scope(\"reports:read\")", without: "names no scope",
        met_by: "a credential that carries this scope" },
    Word { name: "fresh", syntax: Syntax::Strings(&[duration]), example: "fresh(\"10m\")", without: "says no duration",
        met_by: "a subject that authenticated at most so long ago (`s`, `m`, `h`, `d`)" },
    Word { name: "amr", syntax: Syntax::Strings(&[method]), example: "amr(\"otp\")", without: "names no authentication method",
        met_by: "a subject that authenticated by this method (RFC 8176)" },
    Word { name: "claim", syntax: Syntax::Strings(&[|it| text(it, "a claim's name", "tenant"), |it| text(it, "a claim's value", "acme")]),
        example: "claim(\"tenant\", \"acme\")", without: "names no claim",
        met_by: "a subject whose access token carries this claim with this value" },
];

const fn leaf(function: &'static str, arguments: Vec<Literal>) -> Kind {
    Kind::Leaf(Leaf { function, arguments })
}

impl Word {
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        WORDS.iter().find(|known| known.name == name)
    }

    pub(super) const fn is_alone(&self) -> bool {
        matches!(self.syntax, Syntax::Alone(_))
    }
}

#[cfg(test)]
mod tests {
    use super::WORDS;
    use crate::args::AttrKind;

    /// The cells of every table row in `text`.
    fn rows(text: &str) -> Vec<Vec<&str>> {
        let lines = text.lines().map(|line| line.trim_start_matches("///").trim_start());
        lines
            .filter(|line| line.starts_with('|'))
            .map(|line| line.split('|').skip(1).map(str::trim).collect())
            .collect()
    }

    #[test]
    fn guide_and_documentation_have_a_row_for_every_word() {
        for (place, text) in [
            ("docs/reference/guards.md", include_str!("../../../docs/reference/guards.md")),
            ("#[require]", include_str!("../lib.rs")),
        ] {
            let rows = rows(text);
            for known in &WORDS {
                let ends = if known.is_alone() { "`" } else { "(" };
                let begins = format!("`{}{ends}", known.name);
                let has = rows.iter().any(|cells| cells[0].starts_with(&begins) && cells[1] == known.met_by);
                assert!(has, "{place} has no row `| {begins}.. | {} |`", known.met_by);
            }
        }
    }

    #[test]
    fn guide_has_a_row_for_every_attribute() {
        let rows = rows(include_str!("../../../docs/reference/guards.md"));
        for word in AttrKind::ALL {
            let is = |cell: &str| cell.contains(&format!("`#[{word}]`")) || cell.contains(&format!("`#[{word}("));
            assert!(rows.iter().any(|cells| is(cells[0])), "docs/reference/guards.md has no row for #[{word}]");
        }
    }
}

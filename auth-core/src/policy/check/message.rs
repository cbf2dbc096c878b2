//! The compiler message of a fault, made by constant functions.

use super::Fault;
use crate::policy::Requirement;
use crate::policy::leaf::{Argument, UNITS, Words};

/// Longer messages end in `…`.
const MOST_BYTES: usize = 1_000;

/// A text of bounded length.
pub(crate) struct Text {
    bytes: [u8; MOST_BYTES],
    len: usize,
    is_full: bool,
}

impl Fault<'_> {
    /// The fault and its remedy.
    pub(crate) const fn message(&self) -> Text {
        let text = Text { bytes: [0; MOST_BYTES], len: 0, is_full: false };
        match self {
            Self::Contradiction(part @ Requirement::Not(inner)) => text
                .push("no caller can meet `")
                .requirement(part)
                .push("`, because no credential but the one for `")
                .requirement(inner)
                .push("` is looked at; help: name the credential that is wanted instead, as in `api_key`"),
            Self::Contradiction(part) => text.push("no caller can meet `").requirement(part).push(
                "`, because its parts exclude each other; help: remove one, or write `any(..)` if one of them suffices",
            ),
            Self::Everyone(part) => text
                .push("every known caller meets `")
                .requirement(part)
                .push("`; help: write `auth`, or name what is required"),
            Self::Redundant { part, beside, of_any: true } => text
                .push("`")
                .requirement(part)
                .push("` has no effect, because a caller who meets it already meets `")
                .requirement(beside)
                .push("`; help: write `")
                .requirement(beside)
                .push("` if that suffices, or `all(..)` if both are needed"),
            Self::Redundant { part, beside, of_any: false } => text
                .push("`")
                .requirement(part)
                .push("` has no effect, because a caller who meets `")
                .requirement(beside)
                .push("` meets it too; help: leave it out, or write `any(..)` if one of the two suffices"),
            Self::Open(part) => text.push("`").requirement(part).push(
                "` lets in callers without credentials, so the requirements beside it are void; help: let it stand \
                     alone if anyone may call (move a handler out of a guarded module or impl block), else remove it",
            ),
        }
    }
}

impl Text {
    pub(crate) const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "the requirement does not mean what it seems to",
        }
    }

    const fn push(mut self, text: &str) -> Self {
        const MORE: &str = "…";
        let fits = self.len + text.len() + MORE.len() <= MOST_BYTES;
        if !self.is_full {
            self.append(if fits { text } else { MORE });
            self.is_full = !fits;
        }
        self
    }

    const fn append(&mut self, text: &str) {
        let (_, rest) = self.bytes.split_at_mut(self.len);
        let (to, _) = rest.split_at_mut(text.len());
        to.copy_from_slice(text.as_bytes());
        self.len += text.len();
    }

    const fn requirement(self, requirement: &Requirement) -> Self {
        let (word, parts) = match requirement {
            Requirement::Public => return self.push("public"),
            Requirement::Optional => return self.push("auth(optional)"),
            Requirement::Leaf(leaf) => return self.words(leaf.words()),
            Requirement::All(parts) => ("all(", *parts),
            Requirement::Any(parts) => ("any(", *parts),
            Requirement::Not(inner) => ("not(", std::slice::from_ref(*inner)),
            Requirement::Bound(bound) => return self.requirement(bound.requirement),
        };
        let mut text = self.push(word);
        let mut i = 0;
        while i < parts.len() {
            text = text.push(if i > 0 { ", " } else { "" }).requirement(&parts[i]);
            i += 1;
        }
        text.push(")")
    }

    const fn words(self, Words { word, arguments }: Words) -> Self {
        let text = self.push(word);
        match arguments {
            [Argument::None, _] => text,
            [one, Argument::None] => text.push("(").argument(one).push(")"),
            [one, other] => text.push("(").argument(one).push(", ").argument(other).push(")"),
        }
    }

    const fn argument(self, argument: Argument) -> Self {
        match argument {
            Argument::None => self,
            Argument::Name(name) => self.push(name),
            Argument::Text(text) => self.push("\"").push(text).push("\""),
            Argument::Seconds(seconds) => {
                let (mut text, mut rest, mut i) = (self.push("\""), seconds, 0);
                while i < UNITS.len() {
                    let (unit, length) = UNITS[i];
                    if rest >= length {
                        text = text.number(rest / length).push(unit);
                        rest %= length;
                    }
                    i += 1;
                }
                text.push("\"")
            }
        }
    }

    const fn number(self, number: u64) -> Self {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let before = if number >= 10 { self.number(number / 10) } else { self };
        before.push(DIGITS[(number % 10) as usize])
    }
}

//! A requirement read from text, as [`Display`](std::fmt::Display) writes it and as attributes have it.

use std::borrow::Cow;
use std::str::FromStr;

use super::super::leaf::{Form, Syntax, UNITS};
use super::write::{is_bare_char, is_hidden};
use super::{Node, OwnedLeaf, OwnedRequirement, Text, Value};
use crate::policy::{CredentialKinds, Leaf};

/// Deeper requirements are refused: the text may come from a file, and reading it uses the stack.
const MOST_DEPTH: usize = 64;

/// Requirements of more parts are refused: no route has them, and each analysis would take long.
const MOST_PARTS: usize = 10_000;

/// A text that is not a requirement.
///
/// ```
/// let error = "all(role(Admin)".parse::<auth_core::analysis::OwnedRequirement>().unwrap_err();
/// assert_eq!(error.to_string(), "expected `,` or `)` at byte 15 of `all(role(Admin)`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at byte {at} of `{text}`")]
pub struct InvalidRequirement {
    expected: &'static str,
    at: usize,
    text: String,
}

impl FromStr for OwnedRequirement {
    type Err = InvalidRequirement;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut reader = Reader::new(text);
        let node = reader.requirement()?;
        reader.end()?;
        Ok(Self(node))
    }
}

/// Reads requirements at the beginning of a text.
pub(in crate::policy) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    parts: usize,
}

type Read<T> = Result<T, InvalidRequirement>;

impl<'a> Reader<'a> {
    pub(in crate::policy) const fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, parts: 0 }
    }

    /// What was not read yet.
    pub(in crate::policy) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(in crate::policy) fn wrong<T>(&self, expected: &'static str) -> Read<T> {
        let shown = self.text.chars().take(200);
        let text = shown.map(|c| if is_hidden(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect();
        Err(InvalidRequirement { expected, at: self.at, text })
    }

    pub(in crate::policy) fn end(&self) -> Read<()> {
        if self.rest().trim_start().is_empty() { Ok(()) } else { self.wrong("the end") }
    }

    /// Skips spaces and `token`, if it follows them.
    pub(in crate::policy) fn take(&mut self, token: &str) -> bool {
        let rest = self.rest().trim_start();
        let found = rest.starts_with(token);
        if found {
            self.at = self.text.len() - rest.len() + token.len();
        }
        found
    }

    fn expect(&mut self, token: &'static str, expected: &'static str) -> Read<()> {
        if self.take(token) { Ok(()) } else { self.wrong(expected) }
    }

    fn bare(&mut self) -> &'a str {
        self.take("");
        let rest = self.rest();
        let end = rest.find(|c| !is_bare_char(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// An unquoted name, or one in quotes.
    pub(in crate::policy) fn name(&mut self) -> Read<Text> {
        if self.take("\"") {
            return self.quoted();
        }
        match self.bare() {
            "" => self.wrong("a name"),
            name => Ok(Cow::Owned(name.to_owned())),
        }
    }

    /// The rest of a text in quotes, with the escapes of Rust.
    fn quoted(&mut self) -> Read<Text> {
        let mut text = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((i, c)) = chars.next() {
            let escaped = match c {
                '"' => {
                    self.at += i + 1;
                    return Ok(text.into());
                }
                '\\' => chars.next().map(|(_, c)| c),
                _ => {
                    text.push(c);
                    continue;
                }
            };
            text.push(match escaped {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('0') => '\0',
                Some(c @ ('"' | '\'' | '\\')) => c,
                Some('u') => {
                    let code: String =
                        chars.by_ref().map(|(_, c)| c).skip_while(|c| *c == '{').take_while(|c| *c != '}').collect();
                    match u32::from_str_radix(&code, 16).ok().and_then(char::from_u32) {
                        Some(c) => c,
                        None => return self.wrong("a character's code in `\\u{..}`"),
                    }
                }
                _ => return self.wrong("an escape of Rust's strings"),
            });
        }
        self.wrong("a text that ends in `\"`")
    }

    pub(in crate::policy) fn requirement(&mut self) -> Read<Node> {
        self.deeper(Self::node)
    }

    fn deeper<T>(&mut self, read: fn(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth == MOST_DEPTH {
            return self.wrong("at most 64 levels");
        }
        if self.parts == MOST_PARTS {
            return self.wrong("at most 10,000 parts");
        }
        self.parts += 1;
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn node(&mut self) -> Read<Node> {
        let at = self.at;
        let word = self.bare();
        match word {
            "public" => Ok(Node::Public),
            "all" => Ok(Node::All(self.parts()?)),
            "any" => Ok(Node::Any(self.parts()?)),
            "not" => {
                let mut parts = self.parts()?;
                match (parts.pop(), parts.is_empty()) {
                    (Some(part), true) => Ok(Node::Not(Box::new(part))),
                    _ => self.wrong("one part in `not(..)`"),
                }
            }
            "by" => {
                self.expect("(", "`(`")?;
                let kinds = self.kinds()?;
                self.expect(",", "`,`")?;
                let part = self.requirement()?;
                self.expect(")", "`)`")?;
                Ok(Node::By(kinds, Box::new(part)))
            }
            "auth" if self.take("(") => {
                self.expect("optional", "`optional`")?;
                self.expect(")", "`)`")?;
                Ok(Node::Optional)
            }
            // As in the attributes.
            "mfa" => Ok(super::amr("mfa").0),
            _ => {
                if let Some((syntax, kinds)) = find(word) {
                    return self.leaf(syntax, kinds);
                }
                self.at = at;
                self.wrong("a word of the requirement language")
            }
        }
    }

    fn parts(&mut self) -> Read<Vec<Node>> {
        self.expect("(", "`(`")?;
        let mut parts = Vec::new();
        if self.take(")") {
            return Ok(parts);
        }
        loop {
            parts.push(self.requirement()?);
            if self.take(")") {
                return Ok(parts);
            }
            self.expect(",", "`,` or `)`")?;
        }
    }

    fn kinds(&mut self) -> Read<CredentialKinds> {
        match self.bare() {
            "auth" => return Ok(CredentialKinds::SUBJECT),
            "api_key" => return Ok(CredentialKinds::API_KEY),
            "any" => {}
            _ => return self.wrong("`auth`, `api_key` or `any(..)`"),
        }
        self.expect("(", "`(`")?;
        let mut kinds = CredentialKinds::NONE;
        while !self.take(")") {
            kinds = kinds.or(self.deeper(Self::kinds)?);
            self.take(",");
        }
        Ok(kinds)
    }

    fn leaf(&mut self, syntax: Syntax, kinds: CredentialKinds) -> Read<Node> {
        let mut leaf = OwnedLeaf { syntax, kinds, arguments: Vec::new(), granted_by: None };
        for (i, form) in syntax.arguments.iter().enumerate() {
            self.expect(if i > 0 { "," } else { "(" }, "the argument of a leaf, in parentheses")?;
            let text = self.name()?;
            leaf.arguments.push(match form {
                Form::Name | Form::Text => Value::Text(text),
                Form::Seconds => match seconds(&text) {
                    Some(seconds) => Value::Seconds(seconds),
                    None => return self.wrong("a duration such as \"10m\" before this place"),
                },
            });
        }
        if leaf.role().is_some() && self.take(",") {
            self.expect("granted_by(", "`granted_by(..)`")?;
            let mut roles = vec![self.name()?];
            while self.take(",") {
                roles.push(self.name()?);
            }
            self.expect(")", "`)`")?;
            leaf.granted_by = Some(roles);
        }
        if !syntax.arguments.is_empty() {
            self.expect(")", "`,` or `)`")?;
        }
        Ok(Node::Leaf(leaf))
    }
}

fn find(word: &str) -> Option<(Syntax, CredentialKinds)> {
    Leaf::SYNTAXES.iter().find(|(syntax, _)| syntax.word == word).copied()
}

/// A duration in seconds, as in `"10m"` or `"1h30m"`.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits)?;
        let after = after.trim_start();
        let (_, factor) = UNITS.into_iter().find(|(unit, _)| after.starts_with(unit))?;
        total = number.parse::<u64>().ok()?.checked_mul(factor)?.checked_add(total)?;
        rest = after.get(1..)?;
        if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        rest = rest.trim_start();
    }
    (!text.trim().is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::OwnedRequirement;

    #[test]
    fn a_requirement_that_is_too_deep_or_has_too_many_parts_is_refused() {
        let nested = |word: &str, of: &str| word.repeat(100_000) + of + &")".repeat(100_000);
        for (text, expected) in [
            (nested("all(", "auth"), "at most 64 levels"),
            (nested("by(auth, ", "auth"), "at most 64 levels"),
            (format!("by({}, auth)", nested("any(", "auth")), "at most 64 levels"),
            (format!("all({})", "auth, ".repeat(20_000) + "auth"), "at most 10,000 parts"),
            (format!("by(any({}), auth)", "auth, ".repeat(20_000)), "at most 10,000 parts"),
        ] {
            let error = text.parse::<OwnedRequirement>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("expected {expected}")), "{error}");
            assert!(error.len() < 400, "{error}");
        }
    }
}

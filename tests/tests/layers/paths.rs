//! The paths in a source file that lead out of its module: `crate::`, `super::`, `auth_core::` and those of other crates.

use proc_macro2::{Delimiter, LexError, Spacing, TokenStream, TokenTree};

/// The crates that have a rule.
const CRATES: &[&str] = &["axum", "http", "sqlx", "tokio"];

/// The root of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    Crate,
    Extern(String),
}

/// A path that a source file uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) line: usize,
    pub(crate) root: Root,
    /// The segments after the root; `super` is resolved, `*` is a glob.
    pub(crate) segments: Vec<String>,
}

impl Used {
    pub(crate) fn written(&self) -> String {
        let root = match &self.root {
            Root::Crate => "crate",
            Root::Extern(name) => name,
        };
        [root].into_iter().chain(self.segments.iter().map(String::as_str)).collect::<Vec<_>>().join("::")
    }
}

/// The module of a file: `token/keys/mod.rs` is `token::keys`.
pub(crate) fn module_of(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs");
    path.strip_suffix("/mod").unwrap_or(path).split('/').map(str::to_owned).collect()
}

/// The paths in `source`, a file of `module`.
pub(crate) fn in_source(source: &str, module: &[String]) -> Result<Vec<Used>, LexError> {
    let mut scan = Scan { module: module.to_vec(), found: Vec::new() };
    scan.code(source.parse()?);
    Ok(scan.found)
}

struct Scan {
    module: Vec<String>,
    found: Vec<Used>,
}

impl Scan {
    fn code(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at = self.step(&tokens, at);
        }
    }

    /// Reads the item at `at`, and returns the position after it.
    fn step(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        match word(tokens, at).as_deref() {
            // `pub(in crate::store)` is no use of `store`.
            Some("pub") if is_group(tokens, at + 1, Delimiter::Parenthesis) => at + 2,
            // `extern crate self as name;`
            Some("extern") if word(tokens, at + 1).as_deref() == Some("crate") => at + 3,
            Some("mod") if is_group(tokens, at + 2, Delimiter::Brace) => {
                self.module.extend(word(tokens, at + 1));
                self.inside(&tokens[at + 2]);
                self.module.pop();
                at + 3
            }
            Some("use") => self.tree(tokens, at + 1, &[]),
            Some(_) if !continues_a_path(tokens, at) => self.path(tokens, at),
            Some(_) => at + 1,
            None => {
                self.inside(&tokens[at]);
                at + 1
            }
        }
    }

    fn inside(&mut self, token: &TokenTree) {
        if let TokenTree::Group(group) = token {
            self.code(group.stream());
        }
    }

    /// A path in an expression or a type.
    fn path(&mut self, tokens: &[TokenTree], mut at: usize) -> usize {
        let start = at;
        let mut segments = Vec::new();
        while let Some(segment) = word(tokens, at) {
            segments.push(segment);
            at += 1;
            if !is_separator(tokens, at) || word(tokens, at + 2).is_none() {
                break;
            }
            at += 2;
        }
        // A single segment names an item in scope.
        if segments.len() > 1 || is_separator(tokens, at) {
            self.record(tokens, start, segments);
        }
        at
    }

    /// A tree of imports, below `prefix`.
    fn tree(&mut self, tokens: &[TokenTree], mut at: usize, prefix: &[String]) -> usize {
        let start = at;
        let mut segments = prefix.to_vec();
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Ident(ident) => segments.push(ident.to_string()),
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    let mut next = 0;
                    while next < inner.len() {
                        next = self.tree(&inner, next, &segments) + 1;
                    }
                    return at + 1;
                }
                TokenTree::Punct(punct) if punct.as_char() == '*' => segments.push("*".to_owned()),
                // The leading `::`, and `$crate`.
                TokenTree::Punct(punct) if matches!(punct.as_char(), ':' | '$') => {}
                _ => break,
            }
            at += 1;
            if !is_separator(tokens, at) && !starts_path(tokens, at - 1) {
                break;
            }
        }
        if at > start {
            self.record(tokens, start, segments);
        }
        // `as name`
        if word(tokens, at).as_deref() == Some("as") { at + 2 } else { at }
    }

    fn record(&mut self, tokens: &[TokenTree], at: usize, mut segments: Vec<String>) {
        let line = tokens[at].span().start().line;
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let mut module = self.module.clone();
        let root = match segments[0].as_str() {
            "crate" | "auth_core" => {
                segments.remove(0);
                Root::Crate
            }
            "self" | "super" => {
                while matches!(segments.first().map(String::as_str), Some("self" | "super")) {
                    if segments.remove(0) == "super" {
                        module.pop();
                    }
                }
                segments.splice(0..0, module);
                Root::Crate
            }
            name if CRATES.contains(&name) => Root::Extern(segments.remove(0)),
            _ => return,
        };
        self.found.push(Used { line, root, segments });
    }
}

fn word(tokens: &[TokenTree], at: usize) -> Option<String> {
    match tokens.get(at) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    }
}

fn is_group(tokens: &[TokenTree], at: usize, delimiter: Delimiter) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
}

fn is_punct(tokens: &[TokenTree], at: usize, char: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

/// `::`
fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens, at, ':') && is_punct(tokens, at + 1, ':')
}

/// A `:` or `$` before the rest of a path.
fn starts_path(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens, at, ':') || is_punct(tokens, at, '$')
}

/// Whether the word at `at` follows `.`, or the `::` of `Vec::<T>::new`.
fn continues_a_path(tokens: &[TokenTree], at: usize) -> bool {
    if at >= 1 && is_punct(tokens, at - 1, '.') {
        return !(at >= 2 && is_punct(tokens, at - 2, '.'));
    }
    if at < 3 || !is_separator(tokens, at - 2) || !is_punct(tokens, at - 3, '>') {
        return false;
    }
    // The `>` of `->` and of `=>` does not close generics.
    !matches!(tokens.get(at.wrapping_sub(4)),
        Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), '-' | '=') && punct.spacing() == Spacing::Joint)
}

#[cfg(test)]
mod tests {
    use super::{in_source, module_of};

    fn found(source: &str) -> Vec<String> {
        let used = in_source(source, &["token".to_owned(), "keys".to_owned(), "pem".to_owned()]).unwrap();
        used.iter().map(|used| format!("{} {}", used.line, used.written())).collect()
    }

    #[test]
    fn comments_and_strings_are_no_uses() {
        let source = "//! crate::a::B\n/// use crate::a::B;\n// crate::a::B\n/* crate::a::B */\nconst C: &str = \"crate::a::B\";";
        assert!(found(source).is_empty());
    }

    #[test]
    fn visibility_is_no_use() {
        assert!(found("pub(in crate::store) struct A; pub(crate) fn f() {} pub(super) mod m {}").is_empty());
        assert!(found("extern crate self as auth_core;").is_empty());
    }

    #[test]
    fn imports_are_read_with_their_groups() {
        let source = "use crate::{\n    a::{self, B as D, c::*},\n    e::F,\n};\nuse std::fmt;\nuse crate::g as h;";
        assert_eq!(found(source), ["2 crate::a", "2 crate::a::B", "2 crate::a::c::*", "3 crate::e::F", "6 crate::g"]);
        assert_eq!(found("use {::axum::Router, crate::a::B};"), ["1 axum::Router", "1 crate::a::B"]);
        assert_eq!(found("use other::{axum::Router, crate_like::X};"), [""; 0]);
    }

    #[test]
    fn paths_in_code_are_read() {
        assert_eq!(found("fn f(a: &crate::a::B) -> ::axum::Body { crate::c::d::<E>(a) }").len(), 3);
        assert_eq!(
            found("fn f() { x!(crate::a::B); y.crate_(); let z = ..crate::c::D; }"),
            ["1 crate::a::B", "1 crate::c::D"]
        );
        assert_eq!(found("macro_rules! m { () => { $crate::a::b!() } }"), ["1 crate::a::b"]);
        assert_eq!(found("fn f() { Vec::<u8>::axum::x(); <A as B>::http::x(); }"), [""; 0]);
        assert_eq!(found("#[serde(crate = \"x\")] struct A { axum: u8 }"), [""; 0]);
    }

    #[test]
    fn super_is_resolved() {
        assert_eq!(found("use super::ring::Ring;"), ["1 crate::token::keys::ring::Ring"]);
        assert_eq!(found("use super::super::super::store::Users;"), ["1 crate::store::Users"]);
        assert_eq!(
            found("mod tests { use super::super::jwk; fn f() { self::super::g() } }"),
            ["1 crate::token::keys::jwk", "1 crate::token::keys::pem::g"]
        );
        assert_eq!(found("fn f() { let a = self.b; self::c(); }"), ["1 crate::token::keys::pem::c"]);
    }

    #[test]
    fn a_file_is_a_module() {
        assert_eq!(module_of("token/keys/mod.rs"), ["token", "keys"]);
        assert_eq!(module_of("token/keys/pem.rs"), ["token", "keys", "pem"]);
        assert_eq!(module_of("testing/access_matrix.rs"), ["testing", "access_matrix"]);
    }
}

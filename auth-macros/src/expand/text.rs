//! An expression as text that does not depend on its layout or on the compiler, for files that are compared.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Binary operators. `&`, `*`, `-`, `|` and `||` can also be prefixes.
const BINARY: [&str; 19] =
    ["==", "!=", "<=", ">=", "&&", "||", "=>", "+", "-", "*", "/", "%", "^", "|", "&", "<<", ">>", "<", ">"];

/// Operators of several characters, each before its prefixes.
const LONG: [&str; 13] = ["..=", "..", "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "<<", ">>"];

/// The tokens with a space between words and around operators.
pub(super) fn text(tokens: TokenStream) -> String {
    let mut text = Text::default();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => text.group(group.delimiter(), &self::text(group.stream())),
            TokenTree::Punct(punct) => {
                let (mut run, mut spacing) = (String::from(punct.as_char()), punct.spacing());
                while let Some(TokenTree::Punct(next)) =
                    tokens.next_if(|next| spacing == Spacing::Joint && matches!(next, TokenTree::Punct(_)))
                {
                    run.push(next.as_char());
                    spacing = next.spacing();
                }
                text.operators(&run);
            }
            TokenTree::Literal(literal) => text.word(&on_one_line(&literal.to_string())),
            word @ TokenTree::Ident(_) => text.word(&word.to_string()),
        }
    }
    text.written
}

/// A literal without line ends and other characters that are not shown: a lock file has one line for each route.
fn on_one_line(literal: &str) -> String {
    let hides = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    literal.chars().map(|c| if hides(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

#[derive(Default)]
struct Text {
    written: String,
    /// Whether the last token can be a left operand.
    operand: bool,
    /// Whether a word needs a space before it.
    word: bool,
    /// Open `<` of generic arguments.
    angles: usize,
    /// Whether the parameters of a closure are being written.
    closure: bool,
}

impl Text {
    fn word(&mut self, word: &str) {
        if self.word {
            self.written.push(' ');
        }
        self.written.push_str(word);
        (self.operand, self.word) = (true, true);
    }

    fn group(&mut self, delimiter: Delimiter, inner: &str) {
        match delimiter {
            Delimiter::Parenthesis => self.written.extend(["(", inner, ")"]),
            Delimiter::Bracket => self.written.extend(["[", inner, "]"]),
            Delimiter::Brace => {
                let space = if self.word { " " } else { "" };
                self.written.extend([space, "{ ", inner, " }"]);
            }
            Delimiter::None => return self.word(inner),
        }
        (self.operand, self.word) = (true, true);
    }

    /// A run of punctuation without spaces, which can contain several operators: `==-`.
    fn operators(&mut self, mut run: &str) {
        while !run.is_empty() {
            let closes_generics = self.angles > 0 && run.starts_with('>');
            let long = LONG.iter().find(|long| !closes_generics && run.starts_with(**long));
            let (operator, rest) = run.split_at(long.map_or(1, |long| long.len()));
            self.operator(operator);
            run = rest;
        }
    }

    fn operator(&mut self, operator: &str) {
        let generic = match operator {
            "<" if !self.operand || self.angles > 0 => {
                self.angles += 1;
                true
            }
            ">" if self.angles > 0 => {
                self.angles -= 1;
                true
            }
            _ => false,
        };
        let closes = operator == "|" && std::mem::take(&mut self.closure);
        self.closure |= operator == "|" && !self.operand && !closes;
        if closes || matches!(operator, "," | ";" | ":") {
            self.written.extend([operator, " "]);
        } else if BINARY.contains(&operator) && self.operand && !generic {
            self.written.extend([" ", operator, " "]);
        } else {
            self.written.push_str(operator);
        }
        (self.operand, self.word) = (operator == "?" || operator == ">" && generic, false);
    }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens as _;

    use super::text;

    #[test]
    fn text_does_not_depend_on_the_layout() {
        let text = |written: &str| text(syn::parse_str::<syn::Expr>(written).unwrap().into_token_stream());
        for (written, expected) in [
            ("member . is_admin ( )", "member.is_admin()"),
            ("identity.subject().as_str()==id", "identity.subject().as_str() == id"),
            ("!x&&( a<b )||c>= - 1", "!x && (a < b) || c >= -1"),
            ("id . parse :: < u32 > ( ) . is_ok_and ( | id | id == 7 )", "id.parse::<u32>().is_ok_and(|id| id == 7)"),
            ("Owns(& documents,id)", "Owns(&documents, id)"),
            ("find(id).await?.tenant=='a' as char", "find(id).await?.tenant == 'a' as char"),
            ("a>>b<<c", "a >> b << c"),
            ("if a{b}else{c}", "if a { b } else { c }"),
            ("matches!(x,Some(_)|None if x==-1)", "matches!(x, Some(_) | None if x == -1)"),
            ("!x&&*y==&&z", "!x && *y == &&z"),
            ("<A as Into<B>>::into(a)", "<A as Into<B>>::into(a)"),
            ("name==\"a\nb\u{202e}\u{feff}\"", r#"name == "a\u{a}b\u{202e}\u{feff}""#),
        ] {
            assert_eq!(text(written), expected);
            assert_eq!(text(expected), expected, "written as it is shown");
        }
    }
}

//! One requirement: a word, a word with arguments, or the path of a named policy.

use proc_macro2::TokenStream;
use syn::ext::IdentExt as _;
use syn::parse::{ParseBuffer, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, Lit, LitStr, Path, Token, parenthesized, token};

use super::list::{list, only};
use super::term::{Kind, MFA, Term};
use super::{literal, roles};
use crate::diagnostics::{Errors, choice, error, listed, nearest};

/// The words that stand alone.
const BARE: [&str; 4] = ["auth", "api_key", "mfa", "public"];

const OPTIONAL: &str = "optional";

/// The words that take arguments, each as it is written, and what is wrong when the arguments are missing.
const WITH_ARGUMENTS: [(&str, &str, &str); 7] = [
    ("any", "any(auth, api_key)", "names no alternative, so nobody could meet it"),
    ("all", "all(role(Admin), mfa)", "demands nothing"),
    ("not", "not(role(Guest))", "excludes nobody"),
    ("role", "role(Admin)", "names no role"),
    ("scope", "scope(\"reports:read\")", "names no scope"),
    ("fresh", "fresh(\"10m\")", "says no duration"),
    ("amr", "amr(\"otp\")", "names no authentication method"),
];

fn words() -> impl Iterator<Item = &'static str> + Clone {
    BARE.into_iter().chain(WITH_ARGUMENTS.into_iter().map(|(word, ..)| word))
}

/// Reads one requirement.
pub(crate) fn term(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Term> {
    if input.peek(Token![!]) {
        return Err(error(input.span(), "requirements are not negated by `!`", "write `not(..)`"));
    }
    if input.peek(Lit) {
        let literal: Lit = input.parse()?;
        return Err(error(literal.span(), "a literal is not a requirement", literal_mend(&literal)));
    }
    let path = path(input)?;
    let span = path.segments.first().map_or_else(|| input.span(), |first| first.ident.span());
    let kind = match path.get_ident() {
        Some(word) if input.peek(token::Paren) => return with_arguments(word, input, errors),
        Some(word) if input.peek(Token![=]) => return Err(value_for_word(word, input)),
        Some(word) => bare(word, &path)?,
        None if input.peek(token::Paren) => {
            return Err(error(input.span(), "a named policy takes no arguments", "write its path alone"));
        }
        None => Kind::Policy(path),
    };
    Ok(Term::new(span, kind))
}

/// A path such as `crate::policies::StaffOnDuty`, without generic arguments.
pub(super) fn path(input: ParseStream<'_>) -> syn::Result<Path> {
    let leading_colon: Option<Token![::]> = input.parse()?;
    let mut path = Path { leading_colon, segments: Punctuated::new() };
    loop {
        if input.peek(Token![<]) {
            return Err(error(input.span(), "paths have no generic arguments here", "write the plain path"));
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected a word or a path"));
        }
        path.segments.push_value(input.call(Ident::parse_any)?.into());
        if !input.peek(Token![::]) {
            return Ok(path);
        }
        path.segments.push_punct(input.parse()?);
    }
}

fn literal_mend(literal: &Lit) -> String {
    match literal {
        Lit::Str(text) if roles::is_name(&text.value()) => {
            let name = text.value();
            format!("write `role({name})` if it is a role, `scope({name:?})` if it is a scope")
        }
        Lit::Str(text) => format!("write `scope({:?})` if it is a scope", text.value()),
        _ => format!("there is {}", listed(words(), "and")),
    }
}

fn bare(word: &Ident, path: &Path) -> syn::Result<Kind> {
    let name = word.unraw().to_string();
    match name.as_str() {
        "public" => Ok(Kind::Public),
        "auth" => Ok(Kind::Auth),
        "api_key" => Ok(Kind::ApiKey),
        MFA => Ok(Kind::Amr(MFA.to_owned())),
        known if WITH_ARGUMENTS.iter().any(|(word, ..)| *word == known) => Err(without_arguments(word)),
        // Policies are types; what starts with a small letter is a word that we do not know.
        _ if name.starts_with(char::is_lowercase) => Err(unknown(word)),
        _ => Ok(Kind::Policy(path.clone())),
    }
}

fn unknown(word: &Ident) -> syn::Error {
    let name = word.to_string();
    // The attributes' names are longer than the words that they stand for.
    let mend = match name.strip_prefix("require_") {
        Some(rest) if words().any(|word| word == rest) => format!("inside `#[require(..)]` it is called `{rest}`"),
        _ => choice(&name, words()),
    };
    error(word.span(), format_args!("there is no requirement `{word}`"), mend)
}

fn without_arguments(word: &Ident) -> syn::Error {
    let known = WITH_ARGUMENTS.iter().find(|(known, ..)| word == known);
    let (_, example, lack) = known.copied().unwrap_or(("", "", "lacks its arguments"));
    error(word.span(), format_args!("`{word}` {lack}"), format_args!("write `{example}`"))
}

fn value_for_word(word: &Ident, input: ParseStream<'_>) -> syn::Error {
    match WITH_ARGUMENTS.iter().find(|(known, ..)| word == known) {
        Some((_, example, _)) => error(
            input.span(),
            format_args!("`{word}` takes its argument in parentheses"),
            format_args!("write `{example}`"),
        ),
        None if BARE.iter().any(|known| word == known) => {
            error(input.span(), format_args!("`{word}` takes no value"), format_args!("write `{word}` alone"))
        }
        None => unknown(word),
    }
}

fn with_arguments(word: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Term> {
    let content;
    parenthesized!(content in input);
    let name = word.to_string();
    if name == "auth" && !content.is_empty() {
        return optional(&content, "auth", "write `auth`, or `auth(optional)`");
    }
    if !WITH_ARGUMENTS.iter().any(|(known, ..)| *known == name) {
        drain(&content);
        if name.starts_with(char::is_uppercase) {
            return Err(error(
                word.span(),
                format_args!("the policy `{word}` takes no arguments"),
                "write its name alone",
            ));
        }
        return Err(if BARE.contains(&name.as_str()) {
            let other = if name == MFA { ", or a method by name: `amr(\"otp\")`" } else { "" };
            error(word.span(), format_args!("`{word}` takes no arguments"), format_args!("write `{word}` alone{other}"))
        } else {
            unknown(word)
        });
    }
    if content.is_empty() {
        return Err(without_arguments(word));
    }
    let kind = match name.as_str() {
        "all" => Kind::All(list(&content, errors, term)),
        "any" => Kind::Any(list(&content, errors, term)),
        "not" => Kind::Not(Box::new(only(word, &content, errors, term)?)),
        "role" => return Ok(Term::any(word.span(), list(&content, errors, roles::role))),
        "scope" => Kind::Scope(text(word, &content, errors, literal::scope)?),
        "fresh" => Kind::Fresh(text(word, &content, errors, literal::duration)?),
        _ => Kind::Amr(text(word, &content, errors, literal::method)?),
    };
    Ok(Term::new(word.span(), kind))
}

/// The word `optional` behind `auth`: who has no access token is let in without.
pub(super) fn optional(input: ParseStream<'_>, of: &str, mend: &str) -> syn::Result<Term> {
    let found = input.cursor();
    let word: Option<Ident> = input.parse().ok();
    let read = match word {
        Some(word) if word == OPTIONAL && input.is_empty() => Ok(Term::new(word.span(), Kind::Optional)),
        Some(word) if nearest(&word.to_string(), [OPTIONAL]).is_some() && word != OPTIONAL => {
            Err(error(word.span(), format_args!("`{of}` has no argument `{word}`"), "did you mean `optional`?"))
        }
        Some(word) if word == OPTIONAL => {
            Err(error(input.span(), "nothing follows `optional` here", "write `optional` alone"))
        }
        _ => Err(error(found.span(), format_args!("`{of}` takes no argument but `optional`"), mend)),
    };
    input.parse::<TokenStream>()?;
    read
}

/// The one string of `scope(..)`, `fresh(..)` or `amr(..)`.
fn text<T>(
    word: &Ident,
    content: ParseStream<'_>,
    errors: &mut Errors,
    read: fn(&LitStr) -> syn::Result<T>,
) -> syn::Result<T> {
    let example = WITH_ARGUMENTS.iter().find(|(known, ..)| word == known).map_or("", |(_, example, _)| example);
    let what = format!("the argument of `{word}`");
    only(word, content, errors, |input, _| read(&literal::string(input, &what, example)?))
}

/// Reads what is left, so that the parser does not complain of it as well.
pub(super) fn drain(content: &ParseBuffer<'_>) {
    let _ = content.parse::<TokenStream>();
}

#[cfg(test)]
mod tests {
    use super::{BARE, OPTIONAL, WITH_ARGUMENTS};
    use crate::args::AttrKind;

    /// Only rows of tables count: the code below them may show a word in passing.
    #[test]
    fn the_guide_has_a_row_for_every_word() {
        let guide = include_str!("../../../docs/guide.md");
        let cells: Vec<_> =
            guide.lines().filter(|line| line.starts_with('|')).filter_map(|l| l.split('|').nth(1)).collect();
        let has = |begins: &str| cells.iter().any(|cell| cell.contains(begins));
        for word in AttrKind::ALL {
            assert!(
                has(&format!("`#[{word}]`")) || has(&format!("`#[{word}(")),
                "docs/guide.md has no row for #[{word}]"
            );
        }
        let bare = BARE.iter().map(|word| format!("`{word}`"));
        let with_arguments = WITH_ARGUMENTS.iter().map(|(word, ..)| format!("`{word}("));
        for begins in bare.chain(with_arguments).chain([format!("`auth({OPTIONAL})`")]) {
            assert!(has(&begins), "docs/guide.md has no row for {begins}");
        }
    }
}

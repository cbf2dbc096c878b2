//! One requirement: a word, a word with arguments, or the path of a named policy.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::{ParseBuffer, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, Lit, LitStr, Path, Token, parenthesized, token};

use super::list::{list, only};
use super::requirement::{Kind, Literal, MFA, RequirementExpr};
use super::words::{Syntax, WORDS, Word};
use super::{literal, permissions, roles};
use crate::diagnostics::{Errors, choice, error, listed, nearest};

const OPTIONAL: &str = "optional";

fn words() -> impl Iterator<Item = &'static str> + Clone {
    WORDS.iter().map(|known| known.name)
}

/// Reads one requirement.
pub(crate) fn term(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<RequirementExpr> {
    if input.peek(Token![!]) {
        return Err(error(input.span(), "requirements are not negated by `!`", "write `not(..)`"));
    }
    if input.peek(Lit) {
        let literal: Lit = input.parse()?;
        return Err(error(literal.span(), "a literal is not a requirement", literal_help(&literal)));
    }
    let example = "`role(Admin)`, `scope(\"reports:read\")`, or the name of a policy: `StaffOnDuty`";
    let path = path(input, "a requirement", example)?;
    let span = path.segments.first().map_or_else(|| input.span(), |first| first.ident.span());
    let kind = match path.get_ident() {
        Some(word) if input.peek(token::Paren) => return with_arguments(word, input, errors),
        Some(word) if input.peek(Token![=]) => return Err(value_for_word(word, input)),
        Some(word) => bare(word, &path)?,
        None if input.peek(token::Paren) => {
            return Err(error(input.span(), "a named policy takes no arguments", "write its path alone"));
        }
        None => {
            item_of_a_type(&path)?;
            Kind::Policy(path)
        }
    };
    Ok(RequirementExpr::new(span, kind))
}

/// A path such as `crate::policies::StaffOnDuty`, without generic arguments; `what` is its meaning and `example` its form, for
/// the error.
pub(super) fn path(input: ParseStream<'_>, what: &str, example: &str) -> syn::Result<Path> {
    let leading_colon: Option<Token![::]> = input.parse()?;
    let mut path = Path { leading_colon, segments: Punctuated::new() };
    loop {
        if input.peek(Token![<]) {
            return Err(error(input.span(), "paths have no generic arguments here", "write the plain path"));
        }
        if !input.peek(Ident::peek_any) {
            return Err(error(input.span(), format_args!("expected {what}"), format_args!("write {example}")));
        }
        path.segments.push_value(input.call(Ident::parse_any)?.into());
        if !input.peek(Token![::]) {
            return Ok(path);
        }
        path.segments.push_punct(input.parse()?);
    }
}

/// Refuses `Role::Admin`: policies are types, and those are items of modules.
fn item_of_a_type(path: &Path) -> syn::Result<()> {
    let parent = path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string());
    if parent.is_some_and(|parent| parent.starts_with(char::is_uppercase)) {
        let shown = super::shown(path);
        let span = path.segments.first().map_or_else(Span::call_site, |first| first.ident.span());
        return Err(error(span, format_args!("`{shown}` is not a policy"), format_args!("write `role({shown})`")));
    }
    Ok(())
}

fn literal_help(literal: &Lit) -> String {
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
    match Word::find(&name) {
        Some(Word { syntax: Syntax::Alone(kind), .. }) => Ok(kind()),
        Some(known) => Err(without_arguments(word, known)),
        // Policies are types; a name in lower case is an unknown word.
        None if name.starts_with(char::is_lowercase) => Err(unknown(word)),
        None => Ok(Kind::Policy(path.clone())),
    }
}

fn unknown(word: &Ident) -> syn::Error {
    let name = word.to_string();
    // The attributes' names are longer than the words that they abbreviate.
    let help = match name.strip_prefix("require_") {
        Some(rest) if words().any(|word| word == rest) => format!("inside `#[require(..)]` it is called `{rest}`"),
        _ => choice(&name, words()),
    };
    error(word.span(), format_args!("there is no requirement `{word}`"), help)
}

fn without_arguments(word: &Ident, known: &Word) -> syn::Error {
    error(word.span(), format_args!("`{word}` {}", known.without), format_args!("write `{}`", known.example))
}

fn value_for_word(word: &Ident, input: ParseStream<'_>) -> syn::Error {
    let Some(known) = Word::find(&word.to_string()) else { return unknown(word) };
    let problem = if known.is_alone() { "takes no value" } else { "takes its arguments in parentheses" };
    error(input.span(), format_args!("`{word}` {problem}"), format_args!("write `{}`", known.example))
}

fn with_arguments(word: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<RequirementExpr> {
    let content;
    parenthesized!(content in input);
    let name = word.to_string();
    if name == "auth" && !content.is_empty() {
        return optional(&content, "auth", "write `auth`, or `auth(optional)`");
    }
    let known = match Word::find(&name) {
        Some(known) if !known.is_alone() => known,
        other => {
            drain(&content);
            return Err(no_arguments(word, other));
        }
    };
    if content.is_empty() {
        return Err(without_arguments(word, known));
    }
    let kind = match known.syntax {
        Syntax::Alone(kind) => kind(),
        Syntax::Parts(kind) => kind(list(&content, errors, term)),
        Syntax::Part => Kind::Not(Box::new(only(word, &content, errors, term)?)),
        Syntax::Roles => return Ok(RequirementExpr::any(word.span(), list(&content, errors, roles::role))),
        Syntax::Permissions => {
            return Ok(RequirementExpr::all(word.span(), list(&content, errors, permissions::permission)));
        }
        Syntax::Strings(strings) => {
            return Ok(RequirementExpr::leaf(
                word.span(),
                known.name,
                self::strings(word, known, strings, &content, errors)?,
            ));
        }
    };
    Ok(RequirementExpr::new(word.span(), kind))
}

fn no_arguments(word: &Ident, known: Option<&Word>) -> syn::Error {
    let name = word.to_string();
    match known {
        Some(_) => {
            let other = if name == MFA { ", or a method by name: `amr(\"otp\")`" } else { "" };
            error(word.span(), format_args!("`{word}` takes no arguments"), format_args!("write `{word}` alone{other}"))
        }
        None if name.starts_with(char::is_uppercase) => {
            error(word.span(), format_args!("the policy `{word}` takes no arguments"), "write its name alone")
        }
        None => unknown(word),
    }
}

/// The word `optional` after `auth`: a caller without an access token is accepted.
pub(super) fn optional(input: ParseStream<'_>, of: &str, help: &str) -> syn::Result<RequirementExpr> {
    let found = input.cursor();
    let word: Option<Ident> = input.parse().ok();
    let read = match word {
        Some(word) if word == OPTIONAL && input.is_empty() => Ok(RequirementExpr::new(word.span(), Kind::Optional)),
        Some(word) if nearest(&word.to_string(), [OPTIONAL]).is_some() && word != OPTIONAL => {
            Err(error(word.span(), format_args!("`{of}` has no argument `{word}`"), "did you mean `optional`?"))
        }
        Some(word) if word == OPTIONAL => {
            Err(error(input.span(), "nothing follows `optional` here", "write `optional` alone"))
        }
        _ => Err(error(found.span(), format_args!("`{of}` takes no argument but `optional`"), help)),
    };
    input.parse::<TokenStream>()?;
    read
}

/// The string arguments of a word.
fn strings(
    word: &Ident,
    known: &Word,
    strings: &[fn(&LitStr) -> syn::Result<Literal>],
    content: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Vec<Literal>> {
    if let [read] = strings {
        let what = format!("the argument of `{word}`");
        let argument = only(word, content, errors, |input, _| read(&literal::string(input, &what, known.example)?))?;
        return Ok(vec![argument]);
    }
    let what = format!("each argument of `{word}`");
    let mut expected = strings.iter();
    let (takes, mistakes) = (strings.len(), errors.count());
    let found = list(content, errors, |input, _| {
        let literal = literal::string(input, &what, known.example)?;
        expected.next().map(|read| read(&literal)).transpose()
    });
    if found.len() != takes && errors.count() == mistakes {
        let problem = format!("`{word}` takes {takes} arguments, found {}", found.len());
        return Err(error(word.span(), problem, format_args!("write `{}`", known.example)));
    }
    Ok(found.into_iter().flatten().collect())
}

/// Reads the rest, so that the parser does not report it as well.
pub(super) fn drain(content: &ParseBuffer<'_>) {
    let _ = content.parse::<TokenStream>();
}

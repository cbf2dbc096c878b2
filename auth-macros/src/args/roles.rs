//! Roles: paths of the application's role enum, and `any`, `all` and `not` of them.

use proc_macro2::TokenTree;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Ident, Lit, Path, Token, parenthesized, token};

use super::list::{list, only};
use super::requirement::{Kind, RequirementExpr};
use super::tree::{drain, path};
use crate::diagnostics::{Errors, error};

/// Reads one element of a list of roles.
pub(super) fn role(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<RequirementExpr> {
    if input.peek(Token![!]) {
        return Err(error(input.span(), "roles cannot be negated with `!`", "write `not(Admin)`"));
    }
    if input.peek(Lit) {
        return Err(not_a_path(&input.parse()?));
    }
    let path = path(input, "the name of a role", "`Admin`, or a path such as `staff::Role::Admin`")?;
    match path.get_ident() {
        Some(word) if input.peek(token::Paren) => return combined(word, input, errors),
        Some(word) if input.peek(Token![=]) => {
            let problem = format!("there is no argument `{word}` here");
            return Err(error(word.span(), problem, "roles are listed by name: `Admin, Moderator`"));
        }
        Some(word) if ["all", "any", "not"].iter().any(|it| word == it) => {
            let problem = format!("`{word}` takes its roles in parentheses");
            let error = error(word.span(), problem, format_args!("write `{word}(Admin)`"));
            while !input.is_empty() && !input.peek(Token![,]) {
                input.parse::<TokenTree>()?;
            }
            return Err(error);
        }
        _ => {}
    }
    let span = path.segments.last().map_or_else(|| input.span(), |last| last.ident.span());
    Ok(RequirementExpr::new(span, Kind::Role(path)))
}

/// Whether a path to a role can end in this text.
pub(super) fn is_name(text: &str) -> bool {
    syn::parse_str::<Path>(text).is_ok_and(|path| path.segments.iter().all(|segment| segment.arguments.is_none()))
}

fn not_a_path(literal: &Lit) -> syn::Error {
    let remedy = match literal {
        Lit::Str(text) if is_name(&text.value()) => format!("write `{}` without quotes", text.value()),
        _ => "write the name of a variant of your role enum: `Admin`".to_owned(),
    };
    error(literal.span(), "expected the path of a role, found a literal", remedy)
}

fn combined(word: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<RequirementExpr> {
    let content;
    parenthesized!(content in input);
    let kind = match word.to_string().as_str() {
        "all" | "any" | "not" if content.is_empty() => {
            let problem = format!("`{word}` names no role");
            return Err(error(word.span(), problem, format_args!("write `{word}(Admin)`")));
        }
        "all" => Kind::All(list(&content, errors, role)),
        "any" => Kind::Any(list(&content, errors, role)),
        "not" => Kind::Not(Box::new(only(word, &content, errors, role)?)),
        _ => {
            drain(&content);
            return Err(foreign(word));
        }
    };
    Ok(RequirementExpr::new(word.span(), kind))
}

fn foreign(word: &Ident) -> syn::Error {
    let name = word.unraw().to_string();
    let (problem, remedy) = match name.as_str() {
        "role" => {
            ("`role(..)` is not needed here".to_owned(), "roles are listed by name: `Admin, Moderator`".to_owned())
        }
        "scope" | "fresh" | "amr" => (
            format!("`{word}(..)` is not a role"),
            format!("write `#[require(all(role(Admin), {word}(\"..\")))]`, or a second attribute above the handler"),
        ),
        _ if name.starts_with(char::is_uppercase) => {
            (format!("the role `{word}` takes no arguments"), format!("write `{word}` alone"))
        }
        _ => (format!("there is no `{word}(..)` of roles"), crate::diagnostics::choice(&name, ["any", "all", "not"])),
    };
    error(word.span(), problem, remedy)
}

//! Permissions: paths of the application's permission enum.

use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Lit, Token, token};

use super::requirement::{Kind, RequirementExpr};
use super::roles::is_name;
use super::tree::{drain, path};
use crate::diagnostics::{Errors, error};

/// Reads one element of a list of permissions.
pub(super) fn permission(input: ParseStream<'_>, _: &mut Errors) -> syn::Result<RequirementExpr> {
    if input.peek(Token![!]) {
        let remedy = "write `#[require(not(permission(UsersRead)))]`";
        return Err(error(input.span(), "permissions cannot be negated with `!`", remedy));
    }
    if input.peek(Lit) {
        return Err(not_a_path(&input.parse()?));
    }
    let path =
        path(input, "the name of a permission", "`UsersRead`, or a path such as `staff::Permission::UsersRead`")?;
    match path.get_ident() {
        Some(word) if input.peek(token::Paren) => {
            let content;
            syn::parenthesized!(content in input);
            drain(&content);
            let remedy = match word.to_string().as_str() {
                "not" => "write `#[require(not(permission(UsersRead)))]`".to_owned(),
                "any" | "all" => format!("write `#[require({}(permission(UsersRead), ..))]`", word.unraw()),
                _ => "permissions are listed by name: `UsersRead, UsersWrite`".to_owned(),
            };
            return Err(error(word.span(), format_args!("`{word}(..)` is not a permission"), remedy));
        }
        Some(word) if input.peek(Token![=]) => {
            let problem = format!("there is no argument `{word}` here");
            return Err(error(word.span(), problem, "permissions are listed by name: `UsersRead, UsersWrite`"));
        }
        _ => {}
    }
    let span = path.segments.last().map_or_else(|| input.span(), |last| last.ident.span());
    Ok(RequirementExpr::new(span, Kind::Permission(path)))
}

fn not_a_path(literal: &Lit) -> syn::Error {
    let remedy = match literal {
        Lit::Str(text) if is_name(&text.value()) => format!("write `{}` without quotes", text.value()),
        _ => "write the name of a variant of your permission enum: `UsersRead`".to_owned(),
    };
    error(literal.span(), "expected the path of a permission, found a literal", remedy)
}

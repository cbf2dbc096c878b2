//! The arguments of each attribute, read as a requirement.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Token};

use super::list::list;
use super::rate_limit::{RateLimit, rate_limit};
use super::requirement::{Kind, RequirementExpr};
use super::{AttrKind, literal, permissions, roles, tree};
use crate::diagnostics::{Errors, choice, error};
use crate::model::Attr;

/// The meaning of an attribute.
pub(crate) enum Demand {
    Guard(RequirementExpr),
    /// A condition over the handler's parameters.
    Authorize(Expr),
    RateLimit(RateLimit),
}

/// Reads the arguments of one of our attributes; `None` after an error, which is in `errors`.
pub(crate) fn read(attr: Attr, errors: &mut Errors) -> Option<Demand> {
    let Attr { kind, span, args, .. } = attr;
    let term = match kind {
        AttrKind::RequireAuth => require_auth(span, args),
        AttrKind::Public => public(span, args),
        AttrKind::RequireRole => {
            let remedy = "name the roles, any of which suffices: `#[require_role(Admin, Moderator)]`";
            several(span, args, errors, roles::role, ("`#[require_role]` names no role", remedy))
                .map(|roles| RequirementExpr::any(span, roles))
        }
        AttrKind::RequirePermission => {
            let remedy = "name the permissions, all of which are needed: `#[require_permission(UsersRead)]`";
            let empty = ("`#[require_permission]` names no permission", remedy);
            several(span, args, errors, permissions::permission, empty)
                .map(|permissions| RequirementExpr::all(span, permissions))
        }
        AttrKind::RequireScope => {
            let remedy = "name the scopes, all of which are needed: `#[require_scope(\"reports:read\")]`";
            several(span, args, errors, scope, ("`#[require_scope]` names no scope", remedy))
                .map(|scopes| RequirementExpr::all(span, scopes))
        }
        AttrKind::Require => {
            let remedy = "name a requirement: `#[require(any(role(Admin), api_key))]`";
            several(span, args, errors, tree::term, ("`#[require]` demands nothing", remedy))
                .map(|terms| RequirementExpr::all(span, terms))
        }
        AttrKind::ApiKey => api_key(span, args, errors),
        AttrKind::Authorize => return errors.keep(condition(span, args)).map(Demand::Authorize),
        AttrKind::RateLimit => return errors.keep(rate_limit(span, args)).map(Demand::RateLimit),
    };
    errors.keep(term).map(Demand::Guard)
}

/// `#[require_auth]`, `#[require_auth(optional)]`.
fn require_auth(span: Span, args: TokenStream) -> syn::Result<RequirementExpr> {
    if args.is_empty() {
        return Ok(RequirementExpr::leaf(span, "auth", vec![]));
    }
    let remedy = "for roles write `#[require_role(Admin)]`, for scopes `#[require_scope(\"reports:read\")]`";
    (|input: ParseStream<'_>| tree::optional(input, "#[require_auth]", remedy)).parse2(args)
}

fn public(span: Span, args: TokenStream) -> syn::Result<RequirementExpr> {
    match args.into_iter().next() {
        None => Ok(RequirementExpr::new(span, Kind::Public)),
        Some(first) => {
            let remedy = "anyone may call a public handler; remove the parentheses";
            Err(error(first.span(), "`#[public]` takes no arguments", remedy))
        }
    }
}

/// The arguments of an attribute that needs at least one; `empty` is the error without any.
fn several<T>(
    span: Span,
    args: TokenStream,
    errors: &mut Errors,
    element: fn(ParseStream<'_>, &mut Errors) -> syn::Result<T>,
    empty: (&str, &str),
) -> syn::Result<Vec<T>> {
    if args.is_empty() {
        return Err(error(span, empty.0, empty.1));
    }
    (|input: ParseStream<'_>| Ok(list(input, errors, element))).parse2(args)
}

fn scope(input: ParseStream<'_>, _: &mut Errors) -> syn::Result<RequirementExpr> {
    if input.peek(Ident) && input.peek2(syn::token::Paren) {
        let word: Ident = input.parse()?;
        let remedy = "join scopes in the general form: `#[require(any(scope(\"a\"), scope(\"b\")))]`";
        return Err(error(word.span(), format_args!("`{word}(..)` is not a scope"), remedy));
    }
    if input.peek(Ident) && input.peek2(Token![=]) {
        let key: Ident = input.parse()?;
        let problem = format!("there is no argument `{key}` here");
        return Err(error(key.span(), problem, "scopes are listed as strings: `\"reports:read\", \"reports:list\"`"));
    }
    let literal = literal::string(input, "a scope", "\"reports:read\"")?;
    Ok(RequirementExpr::leaf(literal.span(), "scope", vec![literal::scope(&literal)?]))
}

/// `#[api_key]`, `#[api_key(scope = "reports:read")]`, `#[api_key(scopes = ["reports:read", "reports:list"])]`.
fn api_key(span: Span, args: TokenStream, errors: &mut Errors) -> syn::Result<RequirementExpr> {
    let mut terms = vec![RequirementExpr::leaf(span, "api_key", vec![])];
    let scopes = (|input: ParseStream<'_>| Ok(list(input, errors, api_key_argument))).parse2(args)?;
    terms.extend(scopes.into_iter().flatten());
    Ok(RequirementExpr::all(span, terms))
}

fn api_key_argument(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<RequirementExpr>> {
    const SCOPE: &str = "write `scope = \"reports:read\"`";
    if input.peek(LitStr) {
        return Err(error(input.span(), "expected `scope = ..`, found a string", SCOPE));
    }
    let key: Ident = input.parse().map_err(|found| error(found.span(), "expected an argument's name", SCOPE))?;
    match key.to_string().as_str() {
        "scope" | "scopes" => {}
        other => {
            let problem = format!("`#[api_key]` has no argument `{other}`");
            return Err(error(key.span(), problem, choice(other, ["scope", "scopes"])));
        }
    }
    if !input.peek(Token![=]) {
        return Err(error(key.span(), format_args!("`{key}` has no value"), SCOPE));
    }
    input.parse::<Token![=]>()?;
    if key == "scope" { scope(input, errors).map(|scope| vec![scope]) } else { scope_list(&key, input, errors) }
}

fn scope_list(key: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<RequirementExpr>> {
    const LIST: &str = "write `scopes = [\"reports:read\", \"reports:list\"]`";
    if !input.peek(syn::token::Bracket) {
        return Err(error(input.span(), "`scopes` takes a list in brackets", LIST));
    }
    let content;
    syn::bracketed!(content in input);
    if content.is_empty() {
        return Err(error(key.span(), "`scopes` names no scope", LIST));
    }
    Ok(list(&content, errors, scope))
}

/// The expression of `#[authorize(..)]`.
fn condition(span: Span, args: TokenStream) -> syn::Result<Expr> {
    let remedy = "write a condition over the handler's parameters: `#[authorize(user.id == id)]`";
    if args.is_empty() {
        return Err(error(span, "`#[authorize]` has no condition", remedy));
    }
    if let Some(receiver) = receiver(args.clone()) {
        return Err(error(receiver, "a condition cannot use `self`, because a handler has none", remedy));
    }
    let parser = |input: ParseStream<'_>| {
        let all = input.cursor().token_stream();
        let condition: Expr = input.parse().map_err(|unreadable: syn::Error| {
            input.parse::<TokenStream>().ok();
            let last = all.into_iter().last().map_or(span, |last| last.span());
            let problem = format!("the condition of `#[authorize]` is not a Rust expression: {unreadable}");
            error(last, problem, "complete it, as in `#[authorize(user.id == id)]`")
        })?;
        if input.is_empty() {
            return is_condition(condition);
        }
        let problem = "`#[authorize]` takes one condition";
        let error = error(input.span(), problem, "join conditions with `&&` or `||`");
        input.parse::<TokenStream>()?;
        Err(error)
    };
    parser.parse2(args)
}

/// The position of `self` as a value, not as the beginning of a path.
fn receiver(tokens: TokenStream) -> Option<Span> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match token {
            TokenTree::Ident(word) if word == "self" => {
                let path = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':');
                (!path).then(|| word.span())
            }
            TokenTree::Group(group) => receiver(group.stream()),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Refuses expressions that cannot be a condition by their form; rustc checks the type of the others.
fn is_condition(condition: Expr) -> syn::Result<Expr> {
    match &condition {
        Expr::Assign(assign) => Err(error(
            assign.eq_token.span(),
            "expected a condition, found an assignment",
            format_args!("write `{} == {}`", assign.left.to_token_stream(), assign.right.to_token_stream()),
        )),
        Expr::Closure(closure) => Err(error(
            closure.span(),
            "expected a condition, found a closure",
            format_args!("write `{}`", closure.body.to_token_stream()),
        )),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            let remedy = if syn::parse_str::<Expr>(&text.value()).is_ok() {
                format!("write `{}` without quotes", text.value())
            } else {
                "write a condition over the handler's parameters: `#[authorize(user.id == id)]`".to_owned()
            };
            Err(error(text.span(), "expected a condition, found a string", remedy))
        }
        _ => Ok(condition),
    }
}

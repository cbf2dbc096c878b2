//! Each attribute as sugar for a requirement.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Token};

use super::list::list;
use super::requirement::{Kind, RequirementExpr};
use super::{Word, literal, roles, tree};
use crate::diagnostics::{Errors, choice, error};
use crate::model::Attr;

/// What an attribute demands.
pub(crate) enum Demand {
    Guard(RequirementExpr),
    /// A condition over the handler's own parameters.
    Authorize(Expr),
}

/// Reads the arguments of one of our attributes; `None` when it makes no sense, which `errors` then says.
pub(crate) fn read(attr: Attr, errors: &mut Errors) -> Option<Demand> {
    let Attr { word, span, args, .. } = attr;
    let term = match word {
        Word::RequireAuth => require_auth(span, args),
        Word::Public => public(span, args),
        Word::RequireRole => {
            let help = "name the roles, any of which suffices: `#[require_role(Admin, Moderator)]`";
            several(span, args, errors, roles::role, ("`#[require_role]` names no role", help))
                .map(|roles| RequirementExpr::any(span, roles))
        }
        Word::RequireScope => {
            let help = "name the scopes, all of which are needed: `#[require_scope(\"reports:read\")]`";
            several(span, args, errors, scope, ("`#[require_scope]` names no scope", help))
                .map(|scopes| RequirementExpr::all(span, scopes))
        }
        Word::Require => {
            let help = "say what a caller must meet: `#[require(any(role(Admin), api_key))]`";
            several(span, args, errors, tree::term, ("`#[require]` demands nothing", help))
                .map(|terms| RequirementExpr::all(span, terms))
        }
        Word::ApiKey => api_key(span, args, errors),
        Word::Authorize => return errors.keep(condition(span, args)).map(Demand::Authorize),
    };
    errors.keep(term).map(Demand::Guard)
}

/// `#[require_auth]`, `#[require_auth(optional)]`.
fn require_auth(span: Span, args: TokenStream) -> syn::Result<RequirementExpr> {
    if args.is_empty() {
        return Ok(RequirementExpr::leaf(span, "auth", vec![]));
    }
    let help = "for roles write `#[require_role(Admin)]`, for scopes `#[require_scope(\"reports:read\")]`";
    (|input: ParseStream<'_>| tree::optional(input, "#[require_auth]", help)).parse2(args)
}

fn public(span: Span, args: TokenStream) -> syn::Result<RequirementExpr> {
    match args.into_iter().next() {
        None => Ok(RequirementExpr::new(span, Kind::Public)),
        Some(first) => {
            let help = "anyone may call a public handler; leave the parentheses away";
            Err(error(first.span(), "`#[public]` takes no arguments", help))
        }
    }
}

/// The arguments of an attribute that needs one at least; `empty` is what to say when it has none.
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
        let help = "join scopes in the general form: `#[require(any(scope(\"a\"), scope(\"b\")))]`";
        return Err(error(word.span(), format_args!("`{word}(..)` is not a scope"), help));
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
        return Err(error(input.span(), "a scope is given by name", SCOPE));
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
        return Err(error(input.span(), "`scopes` is a list", LIST));
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
    let help = "write a condition over the handler's parameters: `#[authorize(user.id == id)]`";
    if args.is_empty() {
        return Err(error(span, "`#[authorize]` says no condition", help));
    }
    if let Some(receiver) = receiver(args.clone()) {
        return Err(error(receiver, "a handler has no `self`, so a condition has none", help));
    }
    let parser = |input: ParseStream<'_>| {
        let all = input.cursor().token_stream();
        let condition: Expr = input.parse().map_err(|unreadable: syn::Error| {
            input.parse::<TokenStream>().ok();
            let last = all.into_iter().last().map_or(span, |last| last.span());
            let problem = format!("the condition of `#[authorize]` is no Rust expression: {unreadable}");
            error(last, problem, "complete it, as in `#[authorize(user.id == id)]`")
        })?;
        if input.is_empty() {
            return is_condition(condition);
        }
        let problem = "`#[authorize]` takes one condition";
        let error = error(input.span(), problem, "join conditions by `&&` and `||`, as anywhere in Rust");
        input.parse::<TokenStream>()?;
        Err(error)
    };
    parser.parse2(args)
}

/// Where `self` stands as a value, not as the beginning of a path.
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

/// Refuses what can be told from its form alone; for all else the compiler asks the expression's type.
fn is_condition(condition: Expr) -> syn::Result<Expr> {
    match &condition {
        Expr::Assign(assign) => Err(error(
            assign.eq_token.span(),
            "a condition compares, it does not assign",
            format_args!("write `{} == {}`", assign.left.to_token_stream(), assign.right.to_token_stream()),
        )),
        Expr::Closure(closure) => Err(error(
            closure.span(),
            "a condition is no function: the handler's parameters can be named in it as they are",
            format_args!("write `{}`", closure.body.to_token_stream()),
        )),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            let help = if syn::parse_str::<Expr>(&text.value()).is_ok() {
                format!("write `{}` without quotes", text.value())
            } else {
                "write a condition over the handler's parameters: `#[authorize(user.id == id)]`".to_owned()
            };
            Err(error(text.span(), "a condition is an expression that the compiler can check, not a string", help))
        }
        _ => Ok(condition),
    }
}

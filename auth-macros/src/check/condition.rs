//! Names in a condition that no parameter binds, where the name says which extractor is meant.

use proc_macro2::{Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::FnArg;

use crate::diagnostics::Errors;
use crate::model::{Handler, Requirements};

/// The usual names of what the caller is, and the parameter that binds each.
const PARAMETERS: [(&str, &str); 7] = [
    ("user", "CurrentUser(user): CurrentUser<User>"),
    ("current_user", "CurrentUser(current_user): CurrentUser<User>"),
    ("identity", "identity: Identity"),
    ("claims", "claims: Claims"),
    ("key", "key: ApiKeyIdentity"),
    ("api_key", "api_key: ApiKeyIdentity"),
    ("principal", "principal: Principal"),
];

/// Reports such a name. rustc alone reports that it finds no value of this name, and similar names.
///
/// Only where each use of the name is a field access or a method call: then the condition itself does not bind it.
pub(crate) fn conditions(handler: &Handler, demands: &Requirements, errors: &mut Errors) {
    for condition in &demands.conditions {
        for (name, parameter) in PARAMETERS {
            let used = used(condition.to_token_stream(), name);
            if let Some(Used::Whole(span)) = used
                && !handler.sig.inputs.iter().any(|input| binds(input, name))
            {
                errors.add(
                    span,
                    format_args!("no parameter of the handler binds `{name}`"),
                    format_args!("take it from the request: `{parameter}`"),
                );
            }
        }
    }
}

fn binds(input: &FnArg, name: &str) -> bool {
    match input {
        FnArg::Typed(parameter) => used(parameter.pat.to_token_stream(), name).is_some(),
        FnArg::Receiver(_) => false,
    }
}

/// How a name is used.
enum Used {
    /// Always before a `.`; the first position.
    Whole(Span),
    Otherwise,
}

fn used(tokens: TokenStream, name: &str) -> Option<Used> {
    let mut found = None;
    let mut is_field = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let here = match &token {
            TokenTree::Ident(word) if !is_field && word == name => {
                let before_dot = |next: &TokenTree| matches!(next, TokenTree::Punct(dot) if dot.as_char() == '.' && dot.spacing() == Spacing::Alone);
                Some(if tokens.peek().is_some_and(before_dot) { Used::Whole(word.span()) } else { Used::Otherwise })
            }
            TokenTree::Group(group) => used(group.stream(), name),
            _ => None,
        };
        is_field = matches!(&token, TokenTree::Punct(punct) if matches!(punct.as_char(), '.' | ':'));
        match (here, &found) {
            (Some(Used::Otherwise), _) => return Some(Used::Otherwise),
            (Some(here), None) => found = Some(here),
            _ => {}
        }
    }
    found
}

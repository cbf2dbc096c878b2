//! Handlers of a guarded module or impl block that other code in it calls: helpers, which its guard makes uncallable.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;

use crate::diagnostics::Errors;
use crate::model::{Handler, Item};

/// Reports such calls, and returns the names of the called handlers. rustc alone reports that an argument of the guard's type
/// is missing.
///
/// A name counts only if each use of it in a function is a call, so that no local item or variable is meant.
pub(crate) fn called(items: &[Item], is_handler: fn(&Handler) -> bool, errors: &mut Errors) -> Vec<String> {
    let mut called = Vec::new();
    for helper in functions(items).filter(|it| is_handler(it) && !it.has_ours() && !it.has_evidence()) {
        let name = helper.sig.ident.to_string();
        let call = functions(items).find_map(|caller| {
            let is_parameter = names(caller.sig.inputs.to_token_stream(), &name);
            let uses_items = names(caller.body.clone(), "use");
            if is_parameter || uses_items { None } else { calls(caller.body.clone(), &name).ok().flatten() }
        });
        if let Some(call) = call {
            errors.add(
                call,
                format_args!("`{name}` cannot be called: the guard around it makes each `async fn` a handler"),
                "move the function out of the guarded module or impl block",
            );
            called.push(name);
        }
    }
    called
}

fn functions(items: &[Item]) -> impl Iterator<Item = &Handler> {
    items.iter().filter_map(|item| match item {
        Item::Fn(function) => Some(&**function),
        _ => None,
    })
}

fn names(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == name,
        TokenTree::Group(group) => names(group.stream(), name),
        _ => false,
    })
}

/// Another use of a name than a call.
struct OtherUse;

/// The first call of the function `name`. The arguments of macros are not searched.
fn calls(body: TokenStream, name: &str) -> Result<Option<Span>, OtherUse> {
    let tokens: Vec<_> = body.into_iter().collect();
    let is = |at: Option<usize>, is: char| matches!(at.and_then(|at| tokens.get(at)), Some(TokenTree::Punct(punct)) if punct.as_char() == is);
    let is_call =
        |at: usize| matches!(tokens.get(at + 1), Some(TokenTree::Group(arguments)) if is_arguments(arguments));
    let mut first = None;
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1);
        match token {
            TokenTree::Ident(word) if word == name && !is(before, '.') => {
                let is_path = is(before, ':');
                let of_self = is_path
                    && matches!(at.checked_sub(3).and_then(|at| tokens.get(at)), Some(TokenTree::Ident(it)) if it == "self" || it == "Self");
                match is_call(at) {
                    true if !is_path || of_self => first = first.or(Some(word.span())),
                    _ if is_path => {}
                    _ => return Err(OtherUse),
                }
            }
            TokenTree::Group(group) if !is(before, '!') && !is(before, '#') => {
                first = first.or(calls(group.stream(), name)?);
            }
            _ => {}
        }
    }
    Ok(first)
}

fn is_arguments(group: &proc_macro2::Group) -> bool {
    group.delimiter() == proc_macro2::Delimiter::Parenthesis
}

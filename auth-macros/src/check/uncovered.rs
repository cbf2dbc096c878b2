//! Items inside a guarded module or impl block that its guard does not cover although a router could call them.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::spanned::Spanned as _;

use crate::diagnostics::Errors;
use crate::model::{Angles, Handler, Item, Module, takes_self_by_value};

/// Reports every item of a guarded module that could answer requests without its guard.
pub(super) fn in_module(module: &Module, errors: &mut Errors) {
    for item in &module.items {
        match item {
            Item::Mod(deeper) if !deeper.is_for_tests() => in_module(deeper, errors),
            Item::Impl(block) if block.of_trait.is_none() => in_items(&block.items, Handler::is_method_handler, errors),
            Item::Impl(_) => functions(item.to_token_stream(), errors),
            Item::FileMod(name, _) => errors.add(
                name.span(),
                format_args!("the module `{name}` is in another file, which this guard cannot reach"),
                "guard the handlers where they are, and declare the module outside of this one",
            ),
            Item::Export(vis, _) => errors.add(
                vis.span(),
                "what a guarded module re-exports is not guarded by it",
                "remove the visibility, or move the `use` out of the module",
            ),
            _ => {}
        }
    }
    in_items(&module.items, |it| it.is_free_handler() || it.is_test(), errors);
}

/// Reports functions, macros and other items, in a module or an impl block.
pub(crate) fn in_items(items: &[Item], is_guarded: fn(&Handler) -> bool, errors: &mut Errors) {
    for item in items {
        match item {
            Item::Fn(function) if !is_guarded(function) => function_beside(function, errors),
            Item::Macro(path, _) => errors.add(
                path.span(),
                "a guard cannot see what this macro makes",
                "call it outside of the guarded module or impl block; if it makes handlers, write this guard's attribute into the macro",
            ),
            Item::Other(tokens) => functions(tokens.clone(), errors),
            _ => {}
        }
    }
}

/// Reports a function without a guard. A router can pass `self` by value like any other parameter.
fn function_beside(function: &Handler, errors: &mut Errors) {
    if function.sig.asyncness.is_some() && takes_self_by_value(&function.sig) {
        errors.add(
            function.sig.ident.span(),
            "a router could call this without the guard, with `self` for an extractor",
            "take `&self`, or move the function to another `impl` block",
        );
    }
    functions(function.body.clone(), errors);
}

/// Reports every function in `tokens` that is async, or whose result names a `Future`, without a reference, an `Arc` or an `Rc`
/// of `self` among its parameters; no extractor is one.
fn functions(tokens: TokenStream, errors: &mut Errors) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => functions(group.stream(), errors),
            TokenTree::Ident(word) if word == "fn" => {
                let (before, after) = tokens.split_at(at);
                if let Some(name) = callable(before, after.get(1..).unwrap_or_default()) {
                    errors.add(
                        name,
                        "the guard does not reach this function, which a router could call",
                        "move it to the guarded module or impl block itself; if it answers no request, out of it",
                    );
                }
            }
            _ => {}
        }
    }
}

/// Where to point if a router could call the function with these tokens before and after its `fn`.
fn callable(before: &[TokenTree], after: &[TokenTree]) -> Option<Span> {
    let mut angles = Angles::default();
    let parameters = after.iter().position(|token| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis && angles.outside(),
        TokenTree::Punct(punct) => {
            angles.pass(punct);
            false
        }
        _ => false,
    })?;
    // A type `fn()` has no name.
    let name = after.get(..parameters)?.iter().find(|token| matches!(token, TokenTree::Ident(_)))?.span();
    let is_qualifier = |token: &&TokenTree| match token {
        TokenTree::Ident(word) => ["async", "unsafe", "extern", "const"].iter().any(|it| word == it),
        TokenTree::Literal(_) => true,
        _ => false,
    };
    let is = |token: &TokenTree, word: &str| matches!(token, TokenTree::Ident(ident) if ident == word);
    let is_async = before.iter().rev().take_while(is_qualifier).any(|token| is(token, "async"));
    let ends = |token: &&TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    let result = after.get(parameters + 1..)?.iter().take_while(|token| !ends(token)).cloned().collect();
    let TokenTree::Group(parameters) = after.get(parameters)? else { return None };
    ((is_async || says_future(result)) && could_be_extracted(parameters.stream())).then_some(name)
}

fn says_future(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word.to_string().ends_with("Future"),
        TokenTree::Group(group) => says_future(group.stream()),
        _ => false,
    })
}

/// Whether these parameters could all be extractors.
fn could_be_extracted(parameters: TokenStream) -> bool {
    let (mut angles, mut is_receiver) = (Angles::default(), false);
    !parameters.into_iter().any(|token| match token {
        TokenTree::Ident(word) => {
            is_receiver |= word == "self" && angles.outside();
            is_receiver && angles.outside() && (word == "Arc" || word == "Rc")
        }
        TokenTree::Punct(punct) => {
            angles.pass(&punct);
            punct.as_char() == '&' && angles.outside()
        }
        _ => false,
    })
}

//! Items inside a guarded module or impl block that its guard does not cover although a router could call them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::spanned::Spanned as _;

use crate::diagnostics::Errors;
use crate::model::{Angles, Handler, Item, Module};

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
                "call it outside of the guarded module or impl block; if it makes handlers, write the attribute into the macro",
            ),
            Item::Other(tokens) => functions(tokens.clone(), errors),
            _ => {}
        }
    }
}

/// Reports a function without a guard. A router can pass `self` by value like any other parameter.
fn function_beside(function: &Handler, errors: &mut Errors) {
    if function.sig.asyncness.is_some() && function.takes_self_by_value() {
        errors.add(
            function.sig.ident.span(),
            "a router could call this without the guard, with `self` for an extractor",
            "take `&self`, or move the function to another `impl` block",
        );
    }
    functions(function.body.clone(), errors);
}

/// Reports every `async fn` in `tokens` with neither `self` nor a reference among its parameters; no extractor is a
/// reference.
fn functions(tokens: TokenStream, errors: &mut Errors) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => functions(group.stream(), errors),
            TokenTree::Ident(word) if word == "async" => {
                let is_qualifier = |token: &TokenTree| match token {
                    TokenTree::Ident(word) => word == "unsafe" || word == "extern",
                    TokenTree::Literal(_) => true,
                    _ => false,
                };
                while tokens.next_if(is_qualifier).is_some() {}
                let Some(function) = tokens.next_if(|token| matches!(token, TokenTree::Ident(word) if word == "fn"))
                else {
                    continue;
                };
                let mut name = function.span();
                let mut angles = Angles::default();
                for token in tokens.by_ref() {
                    match token {
                        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis && angles.outside() => {
                            if could_be_extracted(group.stream()) {
                                errors.add(
                                    name,
                                    "the guard does not reach this `async fn`, which a router could call",
                                    "move it to the guarded module or impl block itself; if it answers no request, out of it",
                                );
                            }
                            break;
                        }
                        TokenTree::Punct(punct) => angles.pass(&punct),
                        TokenTree::Ident(word) if angles.outside() => name = word.span(),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether these parameters could all be extractors.
fn could_be_extracted(parameters: TokenStream) -> bool {
    let mut angles = Angles::default();
    !parameters.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "self" && angles.outside(),
        TokenTree::Punct(punct) => {
            angles.pass(&punct);
            punct.as_char() == '&' && angles.outside()
        }
        _ => false,
    })
}

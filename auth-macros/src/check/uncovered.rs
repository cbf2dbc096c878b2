//! Items inside a guarded module or impl block that its guard does not cover although a router could call them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::spanned::Spanned as _;

use crate::diagnostics::Errors;
use crate::model::{
    Constant, Handler, Head, Item, Module, begins_impl, can_begin_item, could_be_extracted, find_name, plain_router,
    says_future, takes_self_by_value,
};

/// Reports every item of a guarded module that could answer requests without its guard.
pub(super) fn in_module(module: &Module, errors: &mut Errors) {
    for item in &module.items {
        match item {
            Item::Mod(deeper) if !deeper.is_for_tests() => in_module(deeper, errors),
            Item::Impl(block) if block.of_trait.is_none() => in_items(&block.items, Handler::is_method_handler, errors),
            Item::Impl(_) => functions(item.to_token_stream(), false, errors),
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
        if let Item::Fn(function) = item {
            // The length of an array type can contain items.
            functions(function.sig.inputs.to_token_stream(), true, errors);
            functions(function.sig.output.to_token_stream(), true, errors);
        }
        match item {
            Item::Fn(function) if !is_guarded(function) => function_beside(function, errors),
            Item::Fn(handler) if !handler.is_test() => impls(handler.body.clone(), errors),
            Item::Macro(path, _) => errors.add(
                path.span(),
                "a guard cannot see what this macro makes",
                "call it outside of the guarded module or impl block; if it makes handlers, write this guard's attribute into the macro",
            ),
            Item::Other(tokens) => {
                // The receivers of an implementation are checked by their types. Of a trait's own functions they are not known.
                let is_trait = |token| matches!(token, TokenTree::Ident(word) if word == "trait");
                functions(tokens.clone(), tokens.clone().into_iter().any(is_trait), errors);
            }
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
    let (inputs, output) = (&function.sig.inputs, &function.sig.output);
    let is_impl = |tokens: TokenStream| find_name(tokens, &|name| name == "impl").is_some();
    // The check of other functions calls them.
    if is_impl(inputs.to_token_stream()) && is_impl(output.to_token_stream()) && says_future(output.to_token_stream()) {
        errors.add(
            output.span(),
            "this function returns a future, so a router could call it, and no guard covers it",
            "write it as `async fn` without `impl Trait` parameters, which the guard covers; or move it out of the guarded \
             module or impl block",
        );
    }
    uncovered_handlers(output.to_token_stream(), errors);
    for input in inputs {
        let input = input.to_token_stream();
        // By value it comes back in the result.
        if input.clone().into_iter().any(|token| matches!(token, TokenTree::Punct(and) if and.as_char() == '&')) {
            uncovered_handlers(input, errors);
        }
    }
    functions(function.body.clone(), true, errors);
}

/// Reports a plain router, or a handler of any type, in the type of what a function or a constant gives.
fn uncovered_handlers(ty: TokenStream, errors: &mut Errors) {
    const REMEDY: &str = "give out a `GuardedRouter` or `GuardedMethodRouter`, made by the `get`, `post`, .. of \
                          `auth_core::prelude`; or move this out of the guarded module or impl block";
    if let Some(span) = plain_router(ty.clone()) {
        errors.add(span, "a plain router takes handlers that the guard around does not cover", REMEDY);
    } else if find_name(ty.clone(), &|name| name == "impl").is_some()
        && let Some(span) = find_name(ty, &|name| name == "Handler")
    {
        errors.add(span, "this could be a handler that the guard around does not cover", REMEDY);
    }
}

/// Reports functions in impl blocks in the body of a handler: code elsewhere can name them.
fn impls(body: TokenStream, errors: &mut Errors) {
    let tokens: Vec<_> = body.into_iter().collect();
    let mut is_impl = false;
    for (at, token) in tokens.iter().enumerate() {
        is_impl |= begins_impl(tokens.get(..at).unwrap_or_default(), token);
        match token {
            TokenTree::Group(group) if is_impl && group.delimiter() == Delimiter::Brace => {
                is_impl = false;
                functions(group.stream(), true, errors);
            }
            TokenTree::Group(group) => impls(group.stream(), errors),
            _ => {}
        }
    }
}

/// Reports every function in `tokens` that is async, or whose result names a `Future`, without a reference or, unless `shared`, an
/// `Arc` or `Rc` of `self` among its parameters. And the plain routers that functions and constants give.
fn functions(tokens: TokenStream, shared: bool, errors: &mut Errors) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let (before, after) = (tokens.get(..at).unwrap_or_default(), tokens.get(at + 1..).unwrap_or_default());
        match token {
            TokenTree::Group(group) => functions(group.stream(), shared, errors),
            TokenTree::Ident(word) if word == "fn" => {
                let Some(head) = Head::read(after) else { continue };
                if is_callable(before, &head, shared) {
                    errors.add(
                        head.name.span(),
                        "the guard does not reach this function, which a router could call",
                        "move it to the guarded module or impl block itself; if it answers no request, out of it",
                    );
                }
                uncovered_handlers(head.result.iter().cloned().collect(), errors);
            }
            TokenTree::Ident(word) if (word == "const" || word == "static") && can_begin_item(before) => {
                if let Some(constant) = Constant::read(after) {
                    uncovered_handlers(constant.ty.iter().cloned().collect(), errors);
                }
            }
            _ => {}
        }
    }
}

/// Whether a router could call the function with these tokens before its `fn`.
fn is_callable(before: &[TokenTree], head: &Head<'_>, shared: bool) -> bool {
    let is_qualifier = |token: &&TokenTree| match token {
        TokenTree::Ident(word) => ["async", "unsafe", "extern", "const"].iter().any(|it| word == it),
        TokenTree::Literal(_) => true,
        _ => false,
    };
    let is_async = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "async");
    let is_async = before.iter().rev().take_while(is_qualifier).any(is_async);
    // Without a body it is a trait's, and its implementations have the check.
    let shared = shared && head.body.is_some();
    (is_async || says_future(head.result.iter().cloned().collect()))
        && could_be_extracted(head.parameters.clone(), shared)
}

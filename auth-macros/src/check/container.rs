//! Errors of attributes above a module or an impl block.

use proc_macro2::Span;
use syn::spanned::Spanned as _;

use super::uncovered;
use crate::diagnostics::Errors;
use crate::model::{Impl, Item, Module, Requirements};

/// Reports what a module or an impl block cannot demand.
pub(crate) fn container(demands: &Requirements, errors: &mut Errors) {
    if let Some(condition) = demands.conditions.first() {
        errors.add(
            condition.span(),
            "a condition speaks of one handler's parameters, so it cannot stand above many handlers",
            "put `#[authorize(..)]` above the handler",
        );
        return;
    }
    if let Some(limit) = demands.limits.first() {
        errors.add(
            limit.span,
            "a rate limit counts the calls of one handler, so it cannot stand above many handlers",
            "put `#[rate_limit(..)]` above each handler",
        );
        return;
    }
    super::demands(demands, errors);
}

/// Reports a module that the attribute at `span` could guard only in part.
pub(crate) fn module(span: Span, module: &Module, errors: &mut Errors) {
    if let Some(attr) = module.attrs.iter().find(|attr| attr.path().is_ident("macro_use")) {
        errors.add(
            attr.span(),
            "the macros of a guarded module cannot be used outside of it, because one of them refuses handlers",
            "move the macros out of the module",
        );
    }
    if !module.is_covered() {
        uncovered::in_module(module, errors);
    }
    if !holds_handler(module) {
        errors.add(
            span,
            format_args!("the module `{}` holds no `async fn`, so this guards nothing", module.name),
            "put the attribute above the handlers that it is meant for",
        );
    }
}

fn holds_handler(module: &Module) -> bool {
    module.items.iter().any(|item| match item {
        Item::Fn(handler) => handler.is_free_handler(),
        Item::Mod(deeper) => holds_handler(deeper),
        Item::Impl(block) => block.items.iter().any(is_method),
        _ => false,
    })
}

fn is_method(item: &Item) -> bool {
    matches!(item, Item::Fn(handler) if handler.is_method_handler())
}

/// Reports an impl block whose functions cannot be guarded.
pub(crate) fn implementation(block: &Impl, errors: &mut Errors) {
    if let Some(of_trait) = block.of_trait.as_ref().and_then(|path| path.segments.last()).map(|last| &last.ident) {
        errors.add(
            of_trait.span(),
            format_args!("the functions of the trait `{of_trait}` have its signatures, in which there is no guard"),
            "guard free functions, or those of an `impl` block without a trait",
        );
        return;
    }
    if !block.items.iter().any(is_method) {
        let with_self = |item: &Item| matches!(item, Item::Fn(function) if function.sig.asyncness.is_some());
        let help = if block.items.iter().any(with_self) {
            "a router has no `self` to call a handler with: take what it needs from the state, as in \
             `State(service): State<Service>`"
        } else {
            "put the attribute above the handlers that it is meant for"
        };
        let name = block.type_name.as_ref();
        let span = name.map_or_else(Span::call_site, proc_macro2::Ident::span);
        errors.add(span, "this impl block holds no `async fn` without `self`, so this guards nothing", help);
    }
}

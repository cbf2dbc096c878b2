//! The conditions under which a function can be guarded.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::{FnArg, ReturnType, Safety, Type};

use crate::diagnostics::Errors;
use crate::model::{Attr, Handler};

/// axum accepts 16 parameters, one of which is the guard.
const MOST_PARAMETERS: usize = 15;

/// Reports everything that keeps a router from calling `handler`.
pub(crate) fn handler(handler: &Handler, errors: &mut Errors) {
    let sig = &handler.sig;
    if sig.asyncness.is_none() {
        errors.add(
            sig.fn_token.span,
            format_args!("the handler `{}` is not async, so axum cannot call it", sig.ident),
            "write `async fn`; if it answers no request, put the attribute above the handlers that do",
        );
    }
    if let Safety::Unsafe(token) = &sig.safety {
        errors.add(token.span, "a router calls no unsafe function", "make the handler safe");
    }
    if let Some(token) = &sig.constness {
        errors.add(token.span, "a handler runs for each request, never at compile time", "remove `const`");
    }
    if let Some(variadic) = &sig.variadic {
        errors.add(variadic.span(), "a handler's parameters are extractors, each with a type", "remove `...`");
    }
    if !is_block(handler) {
        errors.add(
            sig.ident.span(),
            format_args!("`{}` has no body, so there is nothing to guard", sig.ident),
            "put the attribute on the function that answers the request",
        );
    }
    parameters(handler, errors);
    never(handler, errors);
}

/// Reports a handler inside an `impl` block without an attribute of its own: the policy that an attribute declares
/// beside its handler cannot be an item there. Only `Self` in the signature distinguishes it from a free function.
pub(crate) fn free(attr: Option<&Attr>, handler: &Handler, errors: &mut Errors) {
    if let Some(Attr { kind, .. }) = attr
        && handler.sig.receiver().is_none()
        && let Some(span) = handler.self_type
    {
        errors.add(
            span,
            format_args!("`#[{kind}]` on a function of an `impl` block needs a guard above the block, too"),
            "put the attribute above the `impl`; one above a function inside then adds to it",
        );
    }
}

/// Whether a router could call the function if the keywords before `fn` were right.
pub(crate) fn is_callable_once_async(handler: &Handler) -> bool {
    let sig = &handler.sig;
    is_block(handler) && sig.variadic.is_none() && sig.inputs.len() <= MOST_PARAMETERS
}

fn is_block(handler: &Handler) -> bool {
    let body = handler.body.clone().into_iter().next();
    matches!(body, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace)
}

fn parameters(handler: &Handler, errors: &mut Errors) {
    let inputs = &handler.sig.inputs;
    for input in inputs {
        match input {
            FnArg::Receiver(receiver) => errors.add(
                receiver.self_token.span,
                "a guarded handler takes no `self`, because a router has none to call it with",
                "take what it needs from the state: `State(service): State<Service>`",
            ),
            FnArg::Typed(parameter) => {
                if let Type::ImplTrait(ty) = &*parameter.ty {
                    let help = "name the extractor's type";
                    errors.add(ty.impl_token.span, "axum cannot tell which extractor `impl Trait` is", help);
                }
                reference(&parameter.ty, errors);
            }
        }
    }
    if let Some(excess) = inputs.iter().nth(MOST_PARAMETERS) {
        errors.add(
            excess.span(),
            format_args!("axum takes 16 parameters, of which the guard is one; this handler has {}", inputs.len()),
            "join several extractors into one type with `#[derive(FromRequestParts)]`",
        );
    }
}

/// Reports a parameter that is a reference to what the request holds. One to a static value can be an extractor.
fn reference(ty: &Type, errors: &mut Errors) {
    let mut tokens = ty.to_token_stream().into_iter().peekable();
    let Some(TokenTree::Punct(and)) = tokens.next().filter(|first| is_punct(first, '&')) else { return };
    let mut lifetime = None;
    if tokens.next_if(|next| is_punct(next, '\'')).is_some() {
        lifetime = tokens.next().map(|name| name.to_string());
    }
    tokens.next_if(|next| matches!(next, TokenTree::Ident(word) if word == "mut"));
    if lifetime.as_deref() != Some("static") {
        let ty: TokenStream = tokens.collect();
        let owned = if ty.to_string() == "str" { "String".to_owned() } else { ty.to_string() };
        errors.add(
            and.span(),
            "a handler's parameters are extractors, which give it values of its own",
            format_args!("take it by value: `{owned}`"),
        );
    }
}

/// Reports a result that is no response.
fn never(handler: &Handler, errors: &mut Errors) {
    if let ReturnType::Type(_, ty) = &handler.sig.output
        && let Some(TokenTree::Punct(never)) =
            ty.to_token_stream().into_iter().next().filter(|first| is_punct(first, '!'))
    {
        errors.add(
            never.span(),
            "a handler returns a response, and `!` is none",
            "return a type that implements `IntoResponse`, such as `StatusCode`",
        );
    }
}

fn is_punct(token: &TokenTree, of: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == of)
}

//! Checks of a handler's parameters by `auth_core::__private::check`, which show the parameter at fault.
//!
//! A check costs a millisecond of rustc's time or two, so only parameters that are probably wrong have one; its types then
//! decide. The router's bounds find every fault, and show the route.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{FnArg, PatType, Signature, Type};

use super::span::marked;
use crate::args::{Kind, RequirementExpr};
use crate::paths::{private, private_at};

/// Names of extractors that take the body.
const BODIES: [&str; 8] = ["Json", "Form", "FormOrJson", "String", "Bytes", "Body", "Request", "Multipart"];

/// The checks of the function `sig` as the user wrote it, behind the requirement `term`.
///
/// They are in a constant that is part of a type: rustc looks at those before any function, and so before the router. The
/// closure is never called.
pub(super) fn checks(sig: &Signature, term: &RequirementExpr, cfgs: &TokenStream, is_generic: bool) -> TokenStream {
    let (open, last) = (open(term), sig.inputs.len().saturating_sub(1));
    let parameters = sig.inputs.iter().enumerate().filter_map(|(at, input)| match input {
        FnArg::Typed(PatType { attrs, ty, .. }) if attrs.is_empty() => parameter(ty, at == last, open.as_ref()),
        _ => None,
    });
    let checks: Vec<_> = parameters.collect();
    if checks.is_empty() || is_generic || has(&sig.to_token_stream(), "Self") {
        return TokenStream::new();
    }
    let private = private();
    let body = quote! {
        use #private::check::{OfAny as _, OfBody as _, OfCaller as _};
        #(#checks)*
    };
    if sig.generics.params.is_empty() {
        return quote!(#cfgs const _: [(); { let _: fn() = || { #body }; 0 }] = [];);
    }
    let (generics, _, conditions) = sig.generics.split_for_impl();
    quote!(#cfgs const _: () = { fn __check #generics () #conditions { #body } };)
}

fn parameter(ty: &Type, is_last: bool, open: Option<&TokenStream>) -> Option<TokenStream> {
    let tokens = ty.to_token_stream();
    if ["impl", "_", "__private"].iter().any(|word| has(&tokens, word)) {
        return None;
    }
    let span = marked(ty.span());
    let private = private_at(span);
    let earlier = (!is_last && is_body(&tokens))
        .then(|| quote_spanned!(span=> #private::check::Parameter::<#ty>::NEW.earlier();));
    let under = open.map(|open| quote_spanned!(span=> #private::check::Under::<#ty, #open>::NEW.check();));
    (earlier.is_some() || under.is_some()).then(|| quote!(#earlier #under))
}

/// Whether the path before any generic arguments ends in the name of such an extractor.
fn is_body(ty: &TokenStream) -> bool {
    let path =
        ty.clone().into_iter().take_while(|token| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == '<'));
    matches!(path.last(), Some(TokenTree::Ident(last)) if BODIES.iter().any(|body| last == body))
}

/// Whether the policy is `auth(optional)`, for a requirement that may be: it stands alone.
fn open(term: &RequirementExpr) -> Option<TokenStream> {
    let private = private();
    match &term.kind {
        Kind::Optional => Some(quote!(true)),
        Kind::Policy(path) | Kind::Earlier(path) => {
            Some(quote!({ #private::is_optional(&<#path as #private::Policy>::REQUIREMENT) }))
        }
        _ => None,
    }
}

fn has(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == name,
        TokenTree::Group(group) => has(&group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

//! Checks of a handler's parameters by `auth_core::__private::check`, which show the parameter at fault.
//!
//! A check costs a millisecond of rustc's time or two, so only parameters that are probably wrong have one; its types then
//! decide. The router's bounds find every fault, and show the route.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{FnArg, PatType, Signature, Type};

use super::requirement::requirement;
use super::span::marked;
use crate::args::{Kind, RequirementExpr};
use crate::paths::{private, private_at};

/// Names of extractors that take the body.
const BODIES: [&str; 8] = ["Json", "Form", "FormOrJson", "String", "Bytes", "Body", "Request", "Multipart"];

/// Names of extractors of a value that serde reads.
const DATA: [&str; 5] = ["Json", "Form", "FormOrJson", "Query", "Path"];

/// Names of types that serde reads, or whose arguments decide.
const READABLE: [&str; 24] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64", "bool",
    "char", "String", "Vec", "Option", "HashMap", "BTreeMap", "Value", "Uuid", "std",
];

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
    // A middleware of axum ends with it, behind the request.
    let is_middleware = matches!(sig.inputs.last(), Some(FnArg::Typed(PatType { ty, .. })) if name(&ty.to_token_stream()).is_some_and(|it| it == "Next"));
    if is_middleware || checks.is_empty() || is_generic || has(&sig.to_token_stream(), "Self") {
        return TokenStream::new();
    }
    let private = private();
    let body = quote! {
        use #private::check::{OfAny as _, OfBody as _, OfCaller as _, OfData as _, OfState as _};
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
    let check = |of: &str| {
        let of = Ident::new(of, span);
        quote_spanned!(span=> #private::check::Parameter::<#ty>::NEW.#of();)
    };
    let (name, arguments) = (name(&tokens), arguments(&tokens));
    let is = |names: &[&str]| name.as_ref().is_some_and(|name| names.iter().any(|it| name == it));
    let own = if !is_last && is(&BODIES) {
        Some(check("earlier"))
    } else if !is(&["State"]) && may_be_state(&tokens) {
        Some(check("state"))
    } else {
        (is(&DATA) && !is_readable(arguments)).then(|| check("data"))
    };
    let under = open.map(|open| quote_spanned!(span=> #private::check::Under::<#ty, #open>::NEW.check();));
    (own.is_some() || under.is_some()).then(|| quote!(#own #under))
}

/// Whether a name in a type is one that applications give to their state.
fn may_be_state(ty: &TokenStream) -> bool {
    ty.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "Auth" || word != "State" && word.to_string().ends_with("State"),
        _ => false,
    })
}

/// The last name of a path before any generic arguments.
fn name(ty: &TokenStream) -> Option<Ident> {
    match ty.clone().into_iter().take_while(|token| !is_angle(token)).last() {
        Some(TokenTree::Ident(name)) => Some(name),
        _ => None,
    }
}

/// The generic arguments of a path.
fn arguments(ty: &TokenStream) -> TokenStream {
    ty.clone().into_iter().skip_while(|token| !is_angle(token)).collect()
}

fn is_angle(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '<')
}

/// Whether every name is that of a type that serde probably reads.
fn is_readable(ty: TokenStream) -> bool {
    ty.into_iter().all(|token| match token {
        TokenTree::Ident(name) => READABLE.iter().any(|readable| name == readable),
        TokenTree::Group(group) => is_readable(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => true,
    })
}

/// Whether the policy is `auth(optional)`, for a requirement that may be: it stands alone.
fn open(term: &RequirementExpr) -> Option<TokenStream> {
    let private = private();
    match &term.kind {
        Kind::Optional => Some(quote!(true)),
        Kind::Policy(_) | Kind::Earlier(_) => {
            let requirement = requirement(term);
            Some(quote!({ #private::is_optional(&#requirement) }))
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

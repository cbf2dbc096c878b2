//! `#[authorize(..)]`: a condition over the handler's own parameters, decided before the body is read if it can be.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, FnArg, Pat, PatType, Type};

use crate::model::Handler;
use crate::paths::{private, private_at};

/// Makes `handler` answer 403 unless every one of `conditions` holds.
///
/// They stand before the body, where `?` and `return` mean what they mean in it. One that does not hold keeps the handler
/// waiting, and the router answers in its place.
pub(super) fn authorize(handler: &mut Handler, policy: &Ident, conditions: &[Expr]) {
    let private = private();
    let gate = Ident::new("__gate", Span::mixed_site());
    let deferred = defer_last(handler, conditions, &gate);
    let conditions = conditions.iter().map(|condition| checked(condition, &gate));
    let body = in_our_braces(&handler.body);
    // With the name's span: what rustc says of the function, it says of the handler.
    handler.body = quote_spanned!(handler.sig.ident.span()=> { #(#conditions)* #deferred #body });
    handler.prepend(gate.to_token_stream(), quote!(#private::Gate<#policy>));
}

/// The body as a block of ours: braces of the user's around a block's last value would be called superfluous.
fn in_our_braces(body: &TokenStream) -> TokenStream {
    let inner = body.clone().into_iter().map(|token| match token {
        TokenTree::Group(group) => TokenTree::Group(Group::new(Delimiter::Brace, group.stream())),
        token => token,
    });
    inner.collect()
}

/// The condition as a statement, whose type errors point at the condition. What it borrows for a moment, a lock perhaps,
/// is given back before anything is awaited.
fn checked(condition: &Expr, gate: &Ident) -> TokenStream {
    let value = Ident::new("__condition", Span::mixed_site());
    let private = private_at(condition.span());
    let held = quote_spanned!(condition.span()=> #private::condition(#condition));
    quote! {
        let #value = #held;
        #gate.check(#value).await;
    }
}

/// Takes the last parameter, the one that may read the body, as a deferred extractor unless a condition names it, and
/// gives the statement that reads it.
fn defer_last(handler: &mut Handler, conditions: &[Expr], gate: &Ident) -> Option<TokenStream> {
    let private = private();
    let FnArg::Typed(last) = handler.sig.inputs.last_mut()? else { return None };
    let mut bindings = Vec::new();
    collect_bindings(last.pat.to_token_stream(), &mut bindings);
    if conditions.iter().any(|condition| names(condition.to_token_stream(), &|word| bindings.iter().any(|b| b == word)))
    {
        return None;
    }
    if is_state(&last.ty) {
        return None;
    }
    let PatType { attrs, pat, ty, .. } = last.clone();
    let later = Ident::new("__later", Span::mixed_site());
    *last.pat = Pat::Verbatim(later.to_token_stream());
    *last.ty = Type::Verbatim(quote!(#private::Deferred<#ty>));
    Some(quote! {
        #(#attrs)*
        let #pat: #ty = #gate.read(#later).await;
    })
}

/// axum's `State` reads nothing of the request, so that there is nothing to wait for.
fn is_state(ty: &Type) -> bool {
    matches!(ty.to_token_stream().into_iter().next(), Some(TokenTree::Ident(word)) if word == "State")
}

/// Every word of a pattern: its bindings, and names of types that it does no harm to take for some.
fn collect_bindings(pattern: TokenStream, bindings: &mut Vec<String>) {
    for token in pattern {
        match token {
            TokenTree::Ident(word) => bindings.push(word.to_string()),
            TokenTree::Group(group) => collect_bindings(group.stream(), bindings),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Whether `is` holds for a word anywhere in `tokens`, the text of literals included (`"{id}"` names `id`).
fn names(tokens: TokenStream, is: &dyn Fn(&str) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => is(&word.to_string()),
        TokenTree::Group(group) => names(group.stream(), is),
        TokenTree::Literal(literal) => literal.to_string().split(|c: char| !c.is_alphanumeric() && c != '_').any(is),
        TokenTree::Punct(_) => false,
    })
}

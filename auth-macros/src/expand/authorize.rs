//! `#[authorize(..)]`: a condition over the handler's parameters, decided before the body is read where possible.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Expr, FnArg, Pat, PatType, ReturnType, Token, Type};

use super::span::as_ours;
use crate::model::{Angles, Handler};
use crate::paths::{private, private_at};

/// Makes `handler` answer 403 unless all of `conditions` hold.
///
/// It then returns `Result<_, EarlyResponse>` with the user's result in `Ok`. Conditions come first; the user's body is
/// a block of its own, so that `return` and `?` in it keep their meaning.
pub(super) fn authorize(handler: &mut Handler, policy: &Ident, conditions: &[Expr]) {
    let private = private();
    let gate = Ident::new("__gate", Span::mixed_site());
    let deferred = defer_last(handler, conditions, &gate);
    let conditions = conditions.iter().map(|condition| checked(condition, &gate));
    let body = in_our_braces(&handler.body);
    let (arrow, returned) = match std::mem::replace(&mut handler.sig.output, ReturnType::Default) {
        ReturnType::Type(arrow, ty) => (arrow, ty.into_token_stream()),
        ReturnType::Default => (Token![->](Span::call_site()), quote!(())),
    };
    let typed = typed(&returned);
    // With the name's span, so that rustc's messages point at the handler.
    handler.body = quote_spanned! {handler.sig.ident.span()=> {
        #(#conditions)*
        #deferred
        #private::Ok(async move { #typed #body }.await)
    }};
    let output = quote!(#private::Result<#returned, #private::EarlyResponse>);
    handler.sig.output = ReturnType::Type(arrow, Box::new(Type::Verbatim(output)));
    handler.prepend(gate.to_token_stream(), quote!(#private::Gate<#policy>));
}

/// A statement that gives the block around the user's body its type, as a function's signature does. The body
/// determines the parts that the type leaves open (`impl Trait`).
fn typed(returned: &TokenStream) -> TokenStream {
    let private = private();
    let value = Ident::new("__returned", Span::mixed_site());
    let returned = without_impl(as_ours(returned.clone()));
    quote!(if let #private::Some(#value) = #private::None::<#returned> { return #value; })
}

/// The type with `_` in place of each `impl Trait`.
fn without_impl(ty: TokenStream) -> TokenStream {
    let mut result = TokenStream::new();
    let mut tokens = ty.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "impl" => {
                Token![_](word.span()).to_tokens(&mut result);
                let mut angles = Angles::default();
                while let Some(bound) = tokens.next_if(|next| !angles.ends_argument(next)) {
                    if let TokenTree::Punct(punct) = bound {
                        angles.pass(&punct);
                    }
                }
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_impl(group.stream()));
                inner.set_span(group.span());
                result.extend([TokenTree::Group(inner)]);
            }
            token => result.extend([token]),
        }
    }
    result
}

/// The body in our own braces: rustc would lint the user's braces around a block's last value.
fn in_our_braces(body: &TokenStream) -> TokenStream {
    let inner = body.clone().into_iter().map(|token| match token {
        TokenTree::Group(group) => TokenTree::Group(Group::new(Delimiter::Brace, group.stream())),
        token => token,
    });
    inner.collect()
}

/// The condition as a statement, so that type errors point at it. Temporaries, such as a lock guard, are dropped before
/// the next `.await`.
///
/// A `?` in it ends the handler with the handler's own error.
fn checked(condition: &Expr, gate: &Ident) -> TokenStream {
    let value = Ident::new("__condition", Span::mixed_site());
    let private = private_at(condition.span());
    let mut asked = quote_spanned!(condition.span()=> #private::condition(#condition));
    if may_fail(condition.to_token_stream()) {
        asked = quote_spanned! {condition.span()=>
            match async { #private::Ok(#asked) }.await {
                #private::Ok(#value) => #value,
                #private::Err(#value) => return #private::failed(#value),
            }
        };
    }
    quote! {
        let #value = #asked;
        #gate.check(#value).await?;
    }
}

/// Whether a `?` leaves the condition itself, and not only a closure or an `async` block in it.
fn may_fail(condition: TokenStream) -> bool {
    let mut operand = false;
    let mut tokens = condition.into_iter();
    while let Some(token) = tokens.next() {
        let is_operand = !matches!(&token, TokenTree::Punct(_));
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '?' => return true,
            // A closure extends to the next comma.
            TokenTree::Punct(punct) if punct.as_char() == '|' && !operand => {
                tokens.find(|token| is_punct(token, '|'));
                tokens.find(|token| is_punct(token, ','));
            }
            TokenTree::Ident(word) if word == "async" => {
                tokens.find(|token| matches!(token, TokenTree::Group(_)));
            }
            TokenTree::Group(group) if may_fail(group.stream()) => return true,
            _ => {}
        }
        operand = is_operand;
    }
    false
}

fn is_punct(token: &TokenTree, is: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == is)
}

/// Turns the last parameter, which may read the body, into a deferred extractor unless a condition names it, and
/// returns the statement that reads it.
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
        let #pat: #ty = #gate.read(#later).await?;
    })
}

/// axum's `State` does not read the request, so deferring it has no effect.
fn is_state(ty: &Type) -> bool {
    matches!(ty.to_token_stream().into_iter().next(), Some(TokenTree::Ident(word)) if word == "State")
}

/// Every identifier of a pattern: its bindings, and type names, which are harmless here.
fn collect_bindings(pattern: TokenStream, bindings: &mut Vec<String>) {
    for token in pattern {
        match token {
            TokenTree::Ident(word) => bindings.push(word.unraw().to_string()),
            TokenTree::Group(group) => collect_bindings(group.stream(), bindings),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Whether `is` holds for an identifier anywhere in `tokens`, including the text of literals (`"{id}"` names `id`).
fn names(tokens: TokenStream, is: &dyn Fn(&str) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => is(&word.unraw().to_string()),
        TokenTree::Group(group) => names(group.stream(), is),
        TokenTree::Literal(literal) => literal.to_string().split(|c: char| !c.is_alphanumeric() && c != '_').any(is),
        TokenTree::Punct(_) => false,
    })
}

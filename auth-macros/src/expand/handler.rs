//! A guarded handler: the user's function with evidence as its first parameter, and the policy of that evidence.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::{Path, Safety, Token, Visibility};

use super::authorize::authorize;
use super::policy::{PolicyName, implementation};
use super::span::{as_ours, marked};
use super::text::text;
use crate::args::RequirementExpr;
use crate::check;
use crate::diagnostics::Errors;
use crate::model::{Attr, Container, Handler, Requirements};
use crate::paths::private;

/// A guarded function and its policy.
pub(super) fn guarded(attr: Option<Attr>, mut handler: Handler, scope: Container, errors: &mut Errors) -> TokenStream {
    let mistakes = errors.count();
    check::free(attr.as_ref(), &handler, errors);
    if errors.count() > mistakes {
        Attr::take(&mut handler.attrs);
        return undecided(handler);
    }
    let name = handler.name();
    let policy = format_ident!("__{name}_policy", span = marked(name.span()));
    let named = PolicyName { name: name.to_string(), span: name.span() };
    let Guarded { handler, declaration } = split(attr, handler, (&policy, &named), scope, errors);
    quote!(#handler #declaration)
}

/// A guarded function and its policy apart: an impl block can contain only the function.
pub(super) struct Guarded {
    pub(super) handler: TokenStream,
    pub(super) declaration: TokenStream,
}

pub(super) fn split(
    attr: Option<Attr>,
    mut handler: Handler,
    (policy, named): (&Ident, &PolicyName),
    scope: Container,
    errors: &mut Errors,
) -> Guarded {
    let span = attr.as_ref().map_or(named.span, |attr| attr.span);
    let mistakes = errors.count();
    let demands = Requirements::of(attr, &mut handler, scope, errors);
    let mut declaration = uses(&demands.taken);
    let misread = errors.count();
    check::handler(&handler, errors);
    if errors.count() > misread {
        return Guarded { handler: unfit(handler), declaration };
    }
    check::demands(&demands, errors);
    if errors.count() > mistakes {
        return Guarded { handler: undecided(handler), declaration };
    }
    let policy = match demands.inherited.as_ref().and_then(|policy| policy.segments.last()) {
        Some(earlier) => &format_ident!("{}_and", earlier.ident),
        None => policy,
    };
    if !demands.conditions.is_empty() {
        authorize(&mut handler, policy, &demands.conditions);
    } else if !handler.regate(policy) {
        insert_guard(&mut handler, &policy.to_token_stream());
    }
    let conditions = conditions(&demands);
    declaration.extend(policy_of_ours(policy, &handler.vis, named, &demands.fold(span), &conditions));
    Guarded { handler: handler.into_token_stream(), declaration }
}

/// Uses the attributes that were removed; rustc would report their imports as unused.
pub(super) fn uses(taken: &[Path]) -> TokenStream {
    if taken.is_empty() {
        return TokenStream::new();
    }
    let taken = taken.iter().map(|path| as_ours(path.to_token_stream()));
    quote!(const _: () = { #(use #taken as _;)* };)
}

/// The handler of an attribute with an error, marked so that neither the router reports a missing guard nor rustc an
/// unused import.
pub(super) fn undecided(mut handler: Handler) -> TokenStream {
    let private = private();
    handler.attrs.push(syn::parse_quote!(#[allow(unused)]));
    insert_guard(&mut handler, &quote!(#private::Undecided));
    handler.into_token_stream()
}

/// A function that no router can call, made callable where keywords before `fn` are enough: the error is reported
/// already, and neither the body's `.await` nor the router should report it again.
fn unfit(mut handler: Handler) -> TokenStream {
    if handler.sig.receiver().is_some() || !check::is_callable_once_async(&handler) {
        return handler.into_token_stream();
    }
    handler.sig.asyncness = Some(Token![async](handler.sig.fn_token.span));
    handler.sig.constness = None;
    handler.sig.safety = Safety::Default;
    undecided(handler)
}

/// Evidence comes first: axum runs extractors in order, so a refused caller causes neither a read body nor a query.
fn insert_guard(handler: &mut Handler, policy: &TokenStream) {
    let private = private();
    handler.prepend(quote!(_), quote!(#private::Guard<#policy>));
}

/// A policy that only generated code names.
pub(super) fn policy_of_ours(
    policy: &Ident,
    vis: &Visibility,
    named: &PolicyName,
    term: &RequirementExpr,
    conditions: &TokenStream,
) -> TokenStream {
    implementation(policy, named, term, &quote!(, #vis enum #conditions))
}

/// The conditions as the policy shows them, with those of an earlier expansion.
fn conditions(demands: &Requirements) -> TokenStream {
    if demands.conditions.is_empty() && demands.inherited.is_none() {
        return TokenStream::new();
    }
    let private = private();
    let own = demands.conditions.iter().map(|condition| text(condition.to_token_stream()));
    let earlier = match &demands.inherited {
        Some(policy) => quote!(#private::Some(&<#policy as #private::Policy>::STATED.conditions)),
        None => quote!(#private::None),
    };
    quote!(; #private::Conditions { own: &[#(#own),*], earlier: #earlier })
}

//! A guarded handler: the user's function with evidence as its first parameter, and the policy of that evidence.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Safety, Token, Visibility};

use super::attribute::PROOF;
use super::authorize::authorize;
use super::checks::checks;
use super::policy::{PolicyName, implementation};
use super::span::{as_ours, marked};
use super::text::text;
use crate::args::{RateLimit, RequirementExpr, shown};
use crate::check;
use crate::diagnostics::Errors;
use crate::model::{Attr, Container, Handler, Requirements, cfgs};
use crate::paths::{private, private_at};

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
    let named = PolicyName { name: name.to_string(), span: name.span(), cfgs: cfgs(&handler.attrs) };
    let Guarded { handler, declaration } = split(attr, handler, (&policy, &named, false), scope, errors);
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
    (policy, named, is_generic): (&Ident, &PolicyName, bool),
    scope: Container,
    errors: &mut Errors,
) -> Guarded {
    let span = attr.as_ref().map_or(named.span, |attr| attr.span);
    let mistakes = errors.count();
    let demands = Requirements::of(attr, &mut handler, scope, errors);
    let mut declaration = proofs(&demands.taken, &named.cfgs);
    let misread = errors.count();
    check::handler(&handler, errors);
    if errors.count() > misread {
        return Guarded { handler: unfit(handler), declaration };
    }
    check::demands(&demands, errors);
    check::conditions(&handler, &demands, errors);
    if errors.count() > mistakes {
        return Guarded { handler: undecided(handler), declaration };
    }
    let term = demands.fold(span);
    // Those of an earlier expansion are there.
    if demands.inherited.is_none() {
        declaration.extend(checks(&handler.sig, &term, &named.cfgs, is_generic));
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
    let stands =
        if demands.inherited.is_some() || !demands.scope.inside.is_empty() { Stands::Covered } else { Stands::Alone };
    let conditions = conditions(&demands);
    declaration.extend(policy_of_ours(policy, (&handler.vis, stands), named, &term, &conditions));
    Guarded { handler: handler.into_token_stream(), declaration }
}

/// Makes rustc prove that the attributes removed by name are ours: only ours replace this function, which does not
/// compile. An attribute of another crate would be lost.
pub(super) fn proofs(taken: &[Attribute], cfgs: &TokenStream) -> TokenStream {
    let proof = |attr: &Attribute| {
        let (path, span) = (shown(attr.path()), marked(attr.path().span()));
        let private = private_at(span);
        let (attr, proof) = (as_ours(attr.to_token_stream()), Ident::new(PROOF, span));
        quote_spanned! {span=>
            #cfgs
            const _: () = {
                #attr
                async fn #proof() {
                    #private::not_ours!(#path)
                }
                let _ = #proof;
            };
        }
    };
    taken.iter().map(proof).collect()
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

/// Whether a guard around a handler covers it.
#[derive(Clone, Copy)]
pub(super) enum Stands {
    Covered,
    /// No: the handler must not be inside of a guarded module.
    Alone,
}

/// A policy that only generated code names.
pub(super) fn policy_of_ours(
    policy: &Ident,
    (vis, stands): (&Visibility, Stands),
    named: &PolicyName,
    term: &RequirementExpr,
    conditions: &TokenStream,
) -> TokenStream {
    let alone = matches!(stands, Stands::Alone).then(|| quote!(alone));
    implementation(policy, named, term, &quote!(, #vis enum #alone #conditions))
}

/// A rate limit as the policy holds it.
fn limit(limit: &RateLimit) -> TokenStream {
    let (private, RateLimit { count, secs, burst, by, .. }) = (private(), limit);
    let by = Ident::new(by.variant(), limit.span);
    quote!(#private::RouteLimit { count: #count, secs: #secs, burst: #burst, by: #private::CountBy::#by })
}

/// The conditions and limits as the policy shows them, with those of an earlier expansion.
fn conditions(demands: &Requirements) -> TokenStream {
    if demands.conditions.is_empty() && demands.limits.is_empty() && demands.inherited.is_none() {
        return TokenStream::new();
    }
    let private = private();
    let own = demands.conditions.iter().map(|condition| text(condition.to_token_stream()));
    let of_earlier = |policy| quote!(#private::Some(&<#policy as #private::Policy>::STATED.conditions));
    let earlier = demands.inherited.as_ref().map_or_else(|| quote!(#private::None), of_earlier);
    let limits = demands.limits.iter().map(limit);
    quote!(; #private::Conditions { own: &[#(#own),*], limits: &[#(#limits),*], earlier: #earlier })
}

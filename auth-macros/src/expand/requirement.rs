//! A requirement as a constant expression.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Ident, Path};

use crate::args::{Kind, Leaf, RequirementExpr};
use crate::paths::{private, private_at};

/// The requirement as a constant expression.
pub(super) fn requirement(term: &RequirementExpr) -> TokenStream {
    let mut bare = Vec::new();
    if !roles(term, &mut bare) {
        return value(term, None);
    }
    let value = value(term, bare.first().copied());
    let private = private();
    if bare.is_empty() {
        return quote!({ use #private::LikeRole as _; #value });
    }
    quote!(#private::bare_roles!(#(#bare)*, #value))
}

/// Whether roles are named at all; collects each bare role name once.
fn roles<'a>(term: &'a RequirementExpr, bare: &mut Vec<&'a Ident>) -> bool {
    let mut any = matches!(term.kind, Kind::Role(_));
    if let Kind::Role(path) = &term.kind
        && let Some(name) = path.get_ident()
        && !bare.contains(&name)
    {
        bare.push(name);
    }
    for part in term.parts() {
        any |= roles(part, bare);
    }
    any
}

/// Has the compiler check what the requirement of `policy` means, which takes what is behind the names in it. A single leaf
/// or name cannot be at fault.
pub(super) fn checked(policy: &Ident, term: &RequirementExpr) -> Option<TokenStream> {
    let private = private_at(term.span);
    (!term.parts().is_empty()).then(|| {
        // The error points at the word that the requirement begins with.
        quote_spanned!(term.span=> const _: () = #private::assert_sound(&<#policy as #private::Policy>::REQUIREMENT);)
    })
}

/// `first` is the first bare role name.
fn value(term: &RequirementExpr, first: Option<&Ident>) -> TokenStream {
    let private = private();
    let requirement = quote!(#private::Requirement);
    match &term.kind {
        Kind::Public => quote!(#requirement::Public),
        Kind::Optional => quote!(#requirement::Optional),
        Kind::Role(path) => role(path, first),
        Kind::Leaf(Leaf { function, arguments }) => {
            let function = Ident::new(function, Span::call_site());
            quote!(#requirement::#function(#(#arguments),*))
        }
        Kind::Policy(path) => {
            let policy = policy(path);
            quote!(#requirement::bound(&#policy))
        }
        Kind::Earlier(path) => policy(path),
        Kind::Bound(inner) => {
            let inner = value(inner, first);
            quote!(#requirement::bound(&#inner))
        }
        Kind::All(parts) => {
            let parts = parts.iter().map(|part| value(part, first));
            quote!(#requirement::All(&[#(#parts),*]))
        }
        Kind::Any(parts) => {
            let parts = parts.iter().map(|part| value(part, first));
            quote!(#requirement::Any(&[#(#parts),*]))
        }
        Kind::Not(inner) => {
            let inner = value(inner, first);
            quote!(#requirement::Not(&#inner))
        }
    }
}

/// With the path's span, so that rustc points at it when there is no such policy.
fn policy(path: &Path) -> TokenStream {
    let private = private();
    quote_spanned!(path.span()=> <#path as #private::Policy>::REQUIREMENT)
}

/// A path is taken as written. The first bare name is held against the scope for all of them: one error says it.
fn role(path: &Path, first: Option<&Ident>) -> TokenStream {
    let span = path.span();
    let private = private_at(span);
    let role = path.get_ident().map_or_else(|| path.to_token_stream(), role_named);
    match path.get_ident() {
        Some(name) if first.is_some_and(|first| std::ptr::eq(first, name)) => {
            quote_spanned!(span=> #private::bare_role(&#role).__requirement())
        }
        _ => quote_spanned!(span=> #private::role(&#role).__requirement()),
    }
}

/// A bare name is a variant of the enum that is called `Role` where the attribute stands.
fn role_named(variant: &Ident) -> TokenStream {
    let role = Ident::new("Role", variant.span());
    quote_spanned!(variant.span()=> #role::#variant)
}

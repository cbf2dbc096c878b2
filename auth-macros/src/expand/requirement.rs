//! A requirement as a constant expression.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Ident, Path};

use crate::args::{Kind, Term};
use crate::paths::{private, private_at};

/// Has the compiler look behind the names of the policies that `policy` is made of: none may let in anyone, since the
/// others would be void beside it.
pub(super) fn checked_by_name(policy: &Ident, term: &Term) -> Option<TokenStream> {
    let private = private_at(term.span);
    (!matches!(term.kind, Kind::Policy(_)) && names_policy(term)).then(|| {
        // The complaint points at the word that the requirement begins with.
        quote_spanned!(term.span=> const _: () = #private::stands_alone(&<#policy as #private::Policy>::REQUIREMENT);)
    })
}

fn names_policy(term: &Term) -> bool {
    matches!(term.kind, Kind::Policy(_)) || term.parts().iter().any(names_policy)
}

/// The requirement as a constant expression.
pub(super) fn requirement(term: &Term) -> TokenStream {
    let private = private();
    let requirement = quote!(#private::Requirement);
    match &term.kind {
        Kind::Public => quote!(#requirement::Public),
        Kind::Optional => quote!(#requirement::Optional),
        Kind::Auth => quote!(#requirement::Auth),
        Kind::ApiKey => quote!(#requirement::ApiKey),
        Kind::Role(path) => role(path),
        Kind::Scope(scope) => quote!(#requirement::Scope(#scope)),
        Kind::Fresh(seconds) => quote!(#requirement::Fresh(#private::Duration::from_secs(#seconds))),
        Kind::Amr(method) => quote!(#requirement::Amr(#method)),
        // With the path's span, so that rustc points at it when there is no such policy.
        Kind::Policy(path) => quote_spanned!(path.span()=> <#path as #private::Policy>::REQUIREMENT),
        Kind::All(parts) => {
            let parts = parts.iter().map(self::requirement);
            quote!(#requirement::All(&[#(#parts),*]))
        }
        Kind::Any(parts) => {
            let parts = parts.iter().map(self::requirement);
            quote!(#requirement::Any(&[#(#parts),*]))
        }
        Kind::Not(inner) => {
            let inner = self::requirement(inner);
            quote!(#requirement::Not(&#inner))
        }
    }
}

/// A path is taken as written; a bare name is a variant of the enum that is called `Role` where the attribute stands.
fn role(path: &Path) -> TokenStream {
    let span = path.span();
    let private = private_at(span);
    let role = match path.get_ident() {
        Some(variant) => {
            let role = Ident::new("Role", span);
            quote_spanned!(span=> #role::#variant)
        }
        None => path.to_token_stream(),
    };
    quote_spanned!(span=> #private::role(&#role).__requirement())
}

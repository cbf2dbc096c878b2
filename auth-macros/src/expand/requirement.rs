//! A requirement as a constant expression.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Ident, Path};

use super::span::marked;
use crate::args::{Kind, Leaf, RequirementExpr};
use crate::paths::{private, private_at};

/// Makes the compiler check the requirement of `policy`, which needs the values behind its names. A single leaf or name
/// is always sound.
pub(super) fn checked(policy: &Ident, term: &RequirementExpr) -> Option<TokenStream> {
    let private = private_at(term.span);
    (!term.parts().is_empty()).then(|| {
        // The error points at the first word of the requirement.
        quote_spanned!(term.span=> const _: () = #private::assert_sound(&<#policy as #private::Policy>::REQUIREMENT);)
    })
}

/// The requirement as a constant expression.
pub(super) fn requirement(term: &RequirementExpr) -> TokenStream {
    let private = private();
    let requirement = quote!(#private::Requirement);
    match &term.kind {
        Kind::Public => quote!(#requirement::Public),
        Kind::Optional => quote!(#requirement::Optional),
        Kind::Role(path) => variant(path, "Role", "role"),
        Kind::Permission(path) => variant(path, "Permission", "permission"),
        Kind::Leaf(Leaf { function, arguments }) => {
            let function = Ident::new(function, Span::call_site());
            quote!(#requirement::#function(#(#arguments),*))
        }
        Kind::Policy(path) => {
            let policy = policy(path);
            quote!(#requirement::bound(&#policy))
        }
        Kind::Earlier(path) => quote_spanned!(path.span()=> <#path as #private::Policy>::REQUIREMENT),
        Kind::Parameter(guard) => {
            quote_spanned!(term.span=> #requirement::bound(&<#guard as #private::Parameter>::REQUIREMENT))
        }
        Kind::Bound(inner) => {
            let inner = self::requirement(inner);
            quote!(#requirement::bound(&#inner))
        }
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

/// With the path's span, so that rustc points at it when there is no such policy.
///
/// A bare name stands in a pattern: rustc alone reports that it finds no type of this name, and advises the role enum. A
/// policy's name is that of a constant, too, which a pattern means; without a constant the pattern binds a value of no type,
/// whose message says what to write.
fn policy(path: &Path) -> TokenStream {
    let (span, private) = (path.span(), private_at(path.span()));
    if let Some(name) = path.get_ident() {
        let (ours, mut name) = (marked(span), name.clone());
        name.set_span(ours);
        let (pattern, of_no_type) = (quote_spanned!(ours=> |#name| #name), quote_spanned!(ours=> || loop {}));
        quote_spanned!(span=> #private::named(#pattern, #of_no_type))
    } else {
        quote_spanned!(span=> <#path as #private::Policy>::REQUIREMENT)
    }
}

/// A path is used as written; a bare name is a variant of the enum of this name in scope of the attribute. `check` is the
/// function that asserts its trait.
fn variant(path: &Path, of: &str, check: &str) -> TokenStream {
    let span = path.span();
    let private = private_at(span);
    let check = Ident::new(check, span);
    let value = match path.get_ident() {
        Some(variant) => {
            let of = Ident::new(of, span);
            let value = quote_spanned!(span=> #of::#variant);
            let may_be_a_list = check == "role" && is_constant(&variant.to_string());
            if may_be_a_list { with_fallback(&value, variant) } else { value }
        }
        None => path.to_token_stream(),
    };
    quote_spanned!(span=> #private::#check(&#value).__requirement())
}

/// Whether a name has the form of a constant, such as that of a list of roles, which no attribute takes.
fn is_constant(name: &str) -> bool {
    name.len() > 3 && name.chars().all(|c| c.is_uppercase() || c == '_')
}

/// A variant of the role enum. If there is none, a constant of a type that is no role, whose message says what to write:
/// a variant takes precedence over a trait's constant.
fn with_fallback(role: &TokenStream, variant: &Ident) -> TokenStream {
    let span = variant.span();
    let private = private_at(span);
    quote_spanned! {span=> {
        trait Otherwise {
            const #variant: #private::NoRole<()> = #private::NoRole(());
        }
        impl<R> Otherwise for R {}
        #role
    }}
}

//! A requirement as a constant expression.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Ident, Path};

use crate::args::{Kind, Term};
use crate::paths::{private, private_at};

/// The initialiser of a `const REQUIREMENT`.
pub(super) fn requirement(term: &Term) -> TokenStream {
    let value = value(term);
    let mut bare = Vec::new();
    bare_roles(term, &mut bare);
    if bare.is_empty() { value } else { with_role_in_scope(&bare, &value) }
}

/// Lets a bare role name `Admin` mean `Role::Admin` of the user's module, and our own error appear when that module has
/// no `Role`.
///
/// The inner block's glob import brings everything that the user's module can name, its private imports included, and
/// so shadows the stand-in of the outer block. Whatever the user's `Role` lacks stays for rustc to say.
fn with_role_in_scope(names: &[&Ident], value: &TokenStream) -> TokenStream {
    let private = private();
    // One check for all of them: one error says it.
    let check = names.first().map(|name| {
        let (private, role) = (private_at(name.span()), role_named(name));
        quote_spanned!(name.span()=> #private::bare_role(#role))
    });
    quote! {{
        #[allow(non_snake_case, unused_imports, clippy::all, clippy::pedantic)]
        mod Role {
            #(pub use #private::NoRole as #names;)*
        }
        {
            #[allow(unused_imports, clippy::wildcard_imports)]
            use self::*;
            let _ = #check;
            #value
        }
    }}
}

/// Each bare role name once.
fn bare_roles<'a>(term: &'a Term, names: &mut Vec<&'a Ident>) {
    if let Kind::Role(path) = &term.kind
        && let Some(name) = path.get_ident()
        && !names.contains(&name)
    {
        names.push(name);
    }
    for part in term.parts() {
        bare_roles(part, names);
    }
}

fn value(term: &Term) -> TokenStream {
    let private = private();
    let requirement = quote!(#private::Requirement);
    match &term.kind {
        Kind::Public => quote!(#requirement::Public),
        Kind::Auth => quote!(#requirement::Auth),
        Kind::ApiKey => quote!(#requirement::ApiKey),
        Kind::Role(path) => role(path),
        Kind::Scope(scope) => quote!(#requirement::Scope(#scope)),
        Kind::Fresh(seconds) => quote!(#requirement::Fresh(#private::Duration::from_secs(#seconds))),
        Kind::Amr(method) => quote!(#requirement::Amr(#method)),
        // With the path's span, so that rustc points at it when there is no such policy.
        Kind::Policy(path) => quote_spanned!(path.span()=> <#path as #private::Policy>::REQUIREMENT),
        Kind::All(parts) => {
            let parts = parts.iter().map(value);
            quote!(#requirement::All(&[#(#parts),*]))
        }
        Kind::Any(parts) => {
            let parts = parts.iter().map(value);
            quote!(#requirement::Any(&[#(#parts),*]))
        }
        Kind::Not(inner) => {
            let inner = value(inner);
            quote!(#requirement::Not(&#inner))
        }
    }
}

/// A path is taken as written.
fn role(path: &Path) -> TokenStream {
    let span = path.span();
    let private = private_at(span);
    let role = path.get_ident().map_or_else(|| quote_spanned!(span=> #private::role(#path)), role_named);
    quote_spanned!(span=> #role.__requirement())
}

/// A bare name is a variant of the enum that is called `Role` where the attribute stands.
fn role_named(variant: &Ident) -> TokenStream {
    let role = Ident::new("Role", variant.span());
    quote_spanned!(variant.span()=> #role::#variant)
}

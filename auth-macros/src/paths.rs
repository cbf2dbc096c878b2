//! Where the expansion finds our crate.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Ident;

/// The name under which the user's crate knows `auth_core`.
pub(crate) fn crate_name() -> Ident {
    Ident::new("auth_core", Span::call_site())
}

/// The module that every path in an expansion starts with.
pub(crate) fn private() -> TokenStream {
    private_at(Span::call_site())
}

/// The same with a span of the user's, for tokens whose place is looked at.
pub(crate) fn private_at(span: Span) -> TokenStream {
    let mut name = crate_name();
    name.set_span(span);
    quote_spanned!(span=> ::#name::__private)
}

//! Where the expansion finds our crate.

use std::cell::RefCell;
use std::env;
use std::ffi::OsString;

use proc_macro_crate::FoundCrate;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Ident;

/// The name under which the user's crate knows `auth_core`.
///
/// Where nothing tells it (a build without Cargo, a crate that has the attributes from another), it is the crate's own.
pub(crate) fn crate_name() -> Ident {
    thread_local! {
        // An editor's server expands for many crates in one process.
        static LAST: RefCell<Option<(OsString, String)>> = const { RefCell::new(None) };
    }
    let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let name = LAST.with_borrow_mut(|last| match last {
        Some((of, name)) if *of == package => name.clone(),
        last => last.insert((package, find())).1.clone(),
    });
    syn::parse_str(&name).unwrap_or_else(|_| Ident::new(OWN, Span::call_site()))
}

const OWN: &str = "auth_core";

fn find() -> String {
    match proc_macro_crate::crate_name("auth-core") {
        Ok(FoundCrate::Name(name)) => name,
        // Our own crate calls itself by its name, too.
        Ok(FoundCrate::Itself) | Err(_) => OWN.to_owned(),
    }
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

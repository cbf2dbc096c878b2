//! Where the expansion finds our crate.

use std::cell::RefCell;
use std::env;
use std::ffi::OsString;
use std::path::Path;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Ident, Token};

use crate::manifest;

/// The name under which the user's crate knows `auth_core`, with the span `span`.
///
/// Where nothing tells it (a build without Cargo, a crate that has the attributes from another), it is the crate's own.
pub(crate) fn crate_name(span: Span) -> Ident {
    thread_local! {
        // An editor's server expands for many crates in one process.
        static LAST: RefCell<Option<(OsString, String)>> = const { RefCell::new(None) };
    }
    let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let name = LAST.with_borrow_mut(|last| match last {
        Some((of, name)) if *of == package => name.clone(),
        last => {
            let name = find(Path::new(&package));
            last.insert((package, name)).1.clone()
        }
    });
    Ident::new(&name, span)
}

const OWN: &str = "auth_core";

// Our own crate calls itself by its name, too.
fn find(package: &Path) -> String {
    let name = manifest::name_of("auth-core", package);
    name.filter(|name| syn::parse_str::<Ident>(name).is_ok()).unwrap_or_else(|| OWN.to_owned())
}

/// The module that every path in an expansion starts with: `::auth_core::__private`.
///
/// Not a `TokenStream`, which would be handed to rustc and back wherever it is put into another.
pub(crate) struct Private(Ident);

pub(crate) fn private() -> Private {
    private_at(Span::call_site())
}

/// The same with a span of the user's, for tokens whose place is looked at.
pub(crate) fn private_at(span: Span) -> Private {
    Private(crate_name(span))
}

impl ToTokens for Private {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let span = self.0.span();
        Token![::](span).to_tokens(tokens);
        self.0.to_tokens(tokens);
        Token![::](span).to_tokens(tokens);
        Ident::new("__private", span).to_tokens(tokens);
    }
}

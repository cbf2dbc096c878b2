//! The path of `auth_core` in generated code.

use std::cell::RefCell;
use std::env;
use std::ffi::OsString;
use std::path::Path;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Ident, Token};

use crate::manifest;

/// The name of `auth_core` in the user's crate, with the span `span`.
///
/// Without Cargo it is `auth_core`. A crate that gets the attributes from another crate writes `crate = path`, see
/// [`in_crate`].
pub(crate) fn crate_name(span: Span) -> Ident {
    thread_local! {
        // rust-analyzer expands for many crates in one process.
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

// `auth_core` itself uses its own name, too.
fn find(package: &Path) -> String {
    let name = manifest::name_of("auth-core", package);
    name.filter(|name| syn::parse_str::<Ident>(name).is_ok()).unwrap_or_else(|| OWN.to_owned())
}

/// Runs `expand` with `path` as the path of `auth_core` in its output, from `crate = path`.
pub(crate) fn in_crate<T>(path: Option<TokenStream>, expand: impl FnOnce() -> T) -> T {
    struct Reset;

    impl Drop for Reset {
        // Tokens must not outlive their expansion, even if it panics.
        fn drop(&mut self) {
            GIVEN.set(None);
        }
    }

    let _reset = Reset;
    GIVEN.set(path);
    expand()
}

thread_local! {
    /// A thread-local, because paths are written deep inside every expansion.
    static GIVEN: RefCell<Option<TokenStream>> = const { RefCell::new(None) };
}

/// Removes a leading `crate = path` and the `end` after it from the arguments of an attribute or of `guard!`.
pub(crate) fn take_crate(arguments: TokenStream, end: char) -> (Option<TokenStream>, TokenStream) {
    let mut ahead = arguments.clone().into_iter();
    let begins = matches!(ahead.next(), Some(TokenTree::Ident(word)) if word == "crate")
        && matches!(ahead.next(), Some(TokenTree::Punct(equals)) if equals.as_char() == '=');
    if !begins {
        return (None, arguments);
    }
    let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == end);
    let path = ahead.by_ref().take_while(|token| !is_end(token)).collect();
    (Some(path), ahead.collect())
}

/// The module at the beginning of every generated path, `::auth_core::__private`, with this span.
///
/// Not a `TokenStream`, which would cross the bridge to rustc each time it is interpolated.
pub(crate) struct Private(Span);

pub(crate) fn private() -> Private {
    private_at(Span::call_site())
}

/// The same with a span of the user's, for tokens whose position matters.
pub(crate) const fn private_at(span: Span) -> Private {
    Private(span)
}

impl ToTokens for Private {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self(span) = *self;
        GIVEN.with_borrow(|given| {
            if let Some(path) = given {
                tokens.extend(path.clone().into_iter().map(|mut token| {
                    token.set_span(span);
                    token
                }));
            } else {
                Token![::](span).to_tokens(tokens);
                crate_name(span).to_tokens(tokens);
            }
        });
        Token![::](span).to_tokens(tokens);
        Ident::new("__private", span).to_tokens(tokens);
    }
}

//! A handler that an attribute above ours has copied.
//!
//! `#[axum::debug_handler]` writes a handler twice: as it was, and once more inside of a function that calls it with the
//! parameters that stand there, to see whether its future is `Send`. The copy must keep these parameters, so it cannot
//! take a guard. It becomes a function that is no handler and never runs its body, so that whatever has been taken for a
//! copy by mistake fails to compile where a router is given it, and lets nobody in.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError};

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote};
use syn::{FnArg, Pat};

use super::ours::as_ours;
use crate::model::Handler;
use crate::paths::private;

/// Whether `handler` has been met before, word for word at the same place. Two handlers that a `macro_rules!` makes have
/// one place too, but differ in the expansion that they come from, which is part of a span.
///
/// Only where a macro has written the item anew: what stands in the source is its own.
pub(super) fn is_copy(handler: &Handler) -> bool {
    static MET: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());
    if handler.sig.asyncness.is_none() || handler.sig.receiver().is_some() || !is_written_anew(handler) {
        return false;
    }
    let spans = (handler.sig.ident.span().unwrap(), handler.sig.fn_token.span.unwrap());
    // Hashed, because an editor's process meets a handler at every key that is pressed in it.
    let mut hasher = DefaultHasher::new();
    format!("{spans:?} {}", handler.to_token_stream()).hash(&mut hasher);
    let key = hasher.finish();
    let mut met = MET.lock().unwrap_or_else(PoisonError::into_inner);
    // It expands the two again and again as well: after the copy comes the handler.
    let is_copy = met.remove(&key);
    if !is_copy {
        met.insert(key);
    }
    is_copy
}

/// Whether a procedural macro has put the body together, which loses where its brackets stand.
fn is_written_anew(handler: &Handler) -> bool {
    let body = handler.body.clone().into_iter().next();
    let Some(proc_macro2::TokenTree::Group(body)) = body else { return false };
    proc_macro::is_available() && {
        let of_bracket = format!("{:?}", body.span_open().unwrap());
        of_bracket == format!("{:?}", body.span().unwrap())
    }
}

/// The copy: its name and parameters, and around its future one that does not run it.
pub(super) fn copied(mut handler: Handler) -> TokenStream {
    let private = private();
    // They are the handler's, and have been followed there.
    handler.attrs.clear();
    let mut original = handler.clone();
    let mut arguments = Vec::new();
    for (at, (parameter, theirs)) in handler.sig.inputs.iter_mut().zip(&mut original.sig.inputs).enumerate() {
        let (FnArg::Typed(parameter), FnArg::Typed(theirs)) = (parameter, theirs) else { continue };
        // Only a condition may have used it, which is not here.
        *theirs.pat = Pat::Verbatim(as_ours(theirs.pat.to_token_stream()));
        let argument = format_ident!("__{at}");
        *parameter.pat = Pat::Verbatim(argument.to_token_stream());
        arguments.push(argument);
    }
    let name = &handler.sig.ident;
    handler.body = quote!({
        #original
        #private::Copied::of(#name(#(#arguments),*)).await
    });
    handler.sig.output = syn::parse_quote!(-> #private::Copied);
    handler.into_token_stream()
}

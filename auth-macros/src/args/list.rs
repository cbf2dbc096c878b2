//! Lists between commas, read to the end whatever is wrong in them.

use proc_macro2::TokenTree;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Ident, Lit, Token};

use crate::diagnostics::{Errors, error};

/// Reads the elements of a comma-separated list. A mistake costs its element and no other.
pub(super) fn list<T>(
    input: ParseStream<'_>,
    errors: &mut Errors,
    mut element: impl FnMut(ParseStream<'_>, &mut Errors) -> syn::Result<T>,
) -> Vec<T> {
    let mut elements = Vec::new();
    while !input.is_empty() {
        let read = element(input, errors).and_then(|read| end_of_element(input).map(|()| read));
        elements.extend(errors.keep(read));
        skip_past_comma(input);
    }
    elements
}

/// Reads the argument of a word that takes exactly one.
pub(super) fn only<T>(
    word: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
    element: impl FnOnce(ParseStream<'_>, &mut Errors) -> syn::Result<T>,
) -> syn::Result<T> {
    let read = element(input, errors).and_then(|read| end_of_element(input).map(|()| read));
    skip_past_comma(input);
    if input.is_empty() {
        return read;
    }
    while !input.is_empty() {
        skip_past_comma(input);
    }
    let mend = format!("write `all({word}(..), {word}(..))` or `any({word}(..), {word}(..))`, whichever is meant");
    Err(error(word.span(), format_args!("`{word}` takes one argument"), mend))
}

fn end_of_element(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(if input.peek(Token![|]) || input.peek(Token![||]) {
        error(input.span(), "requirements are not joined by `|`", "write `any(.., ..)`: one of them suffices")
    } else if input.peek(Token![&]) || input.peek(Token![&&]) {
        error(input.span(), "requirements are not joined by `&`", "write `all(.., ..)`: every one of them is needed")
    } else if input.peek(Ident::peek_any) || input.peek(Lit) {
        error(input.span(), "a comma is missing here", "put a `,` between two arguments")
    } else {
        error(input.span(), "the argument should end before this", "put a `,` between two arguments, or remove this")
    })
}

fn skip_past_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
    // Either nothing follows, or a comma does.
    let _ = input.parse::<Token![,]>();
}

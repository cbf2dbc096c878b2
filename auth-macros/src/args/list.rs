//! Comma-separated lists, read to the end despite errors in their elements.

use proc_macro2::TokenTree;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Ident, Lit, Token, token};

use crate::diagnostics::{Errors, error};

/// Reads the elements of a comma-separated list. An error drops only its own element.
pub(super) fn list<T>(
    input: ParseStream<'_>,
    errors: &mut Errors,
    mut element: impl FnMut(ParseStream<'_>, &mut Errors) -> syn::Result<T>,
) -> Vec<T> {
    let mut elements = Vec::new();
    while !input.is_empty() {
        let read = without_brackets(input)
            .and_then(|()| element(input, errors))
            .and_then(|read| end_of_element(input).map(|()| read));
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
    let remedy = format!("write `all({word}(..), {word}(..))` or `any({word}(..), {word}(..))`, as you mean it");
    Err(error(word.span(), format_args!("`{word}` takes one argument"), remedy))
}

fn without_brackets(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(token::Bracket) {
        return Err(error(
            input.span(),
            "this list takes no brackets",
            "write the elements directly between the parentheses",
        ));
    }
    Ok(())
}

fn end_of_element(input: ParseStream<'_>) -> syn::Result<()> {
    const ANY: &str = "write `any(.., ..)`: one of them is enough";
    const ALL: &str = "write `all(.., ..)`: all of them are required";
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    let next = input.cursor().ident().map(|(word, _)| word.to_string()).unwrap_or_default();
    let joined =
        |by: &str, remedy: &str| error(input.span(), format_args!("requirements cannot be joined with `{by}`"), remedy);
    Err(if input.peek(Token![||]) {
        joined("||", ANY)
    } else if input.peek(Token![|]) {
        joined("|", ANY)
    } else if input.peek(Token![&&]) {
        joined("&&", ALL)
    } else if input.peek(Token![&]) {
        joined("&", ALL)
    } else if next == "or" || next == "and" {
        joined(&next, if next == "or" { ANY } else { ALL })
    } else if input.peek(Token![.]) {
        error(input.span(), "expected a name, found a call or a field access", "remove the `.` and what follows it")
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
    // The end, or a comma.
    let _ = input.parse::<Token![,]>();
}

//! The user's tokens in generated code, marked as generated.

use proc_macro2::{Group, Span, TokenStream, TokenTree};

/// Marks user tokens as generated and keeps their position: rustc does not lint code of another crate's macro, so that
/// no `#[allow]` is needed, which a crate's `#![forbid]` would refuse.
pub(super) fn as_ours(tokens: TokenStream) -> TokenStream {
    let mark = |token| match token {
        // Its meaning depends on the macro that wrote it.
        TokenTree::Ident(word) if word == "$crate" => TokenTree::Ident(word),
        TokenTree::Group(group) => {
            let mut ours = Group::new(group.delimiter(), as_ours(group.stream()));
            ours.set_span(marked(group.span()));
            TokenTree::Group(ours)
        }
        mut token => {
            token.set_span(marked(token.span()));
            token
        }
    };
    tokens.into_iter().map(mark).collect()
}

/// The position of `span`, marked as generated.
pub(super) fn marked(span: Span) -> Span {
    Span::call_site().located_at(span)
}

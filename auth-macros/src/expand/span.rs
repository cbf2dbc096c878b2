//! Tokens of the user's that we repeat, marked as ours.

use proc_macro2::{Group, Span, TokenStream, TokenTree};

/// What the user has written as if we had, where it stands: rustc lints nothing that a macro of another crate has
/// written, so that no `#[allow]` is needed, which a crate's `#![forbid]` would refuse.
pub(super) fn as_ours(tokens: TokenStream) -> TokenStream {
    let mark = |token| match token {
        // What it names depends on the macro that wrote it.
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

/// The place `span`, as if what stands there were ours.
pub(super) fn marked(span: Span) -> Span {
    Span::call_site().located_at(span)
}

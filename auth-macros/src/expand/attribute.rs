//! One of our attributes on any item.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

use super::{container, handler};
use crate::above;
use crate::args::AttrKind;
use crate::diagnostics::Errors;
use crate::model::{Attr, Container, Handler, Impl};
use crate::paths::{in_crate, take_crate};

/// The item by which one of our attributes proves to another that it is ours.
pub(super) const PROOF: &str = "__is_of_auth_core";

/// Expands one of our attributes together with all others of ours on the same item and inside it.
pub(crate) fn attribute(kind: AttrKind, args: TokenStream, item: TokenStream) -> TokenStream {
    if matches!(item.clone().into_iter().nth(2), Some(TokenTree::Ident(name)) if name == PROOF) {
        let proof = Ident::new(PROOF, Span::call_site());
        return quote!(fn #proof() {});
    }
    let (path, args) = take_crate(args, ',');
    in_crate(path, || expand(Attr::outer(kind, args), item))
}

fn expand(attr: Attr, item: TokenStream) -> TokenStream {
    let kind = attr.kind;
    let (output, errors) = Errors::collect(|errors| match Place::of(&item) {
        Place::Function => {
            let guarded = |it: Handler, errors: &mut Errors| {
                if above::names("debug_handler") {
                    // At the name, which the copy made by `debug_handler` has as well: rustc prints equal errors once.
                    let problem =
                        format!("`#[debug_handler]` stands above `#[{kind}]`, so it checks an unguarded handler");
                    let remedy = format!("write `#[debug_handler(state = AppState)]` below `#[{kind}]`");
                    errors.add(it.sig.ident.span(), problem, remedy);
                    return handler::undecided(it);
                }
                handler::guarded(Some(attr), it, Container::default(), errors)
            };
            read(item, Handler::read, errors, guarded)
        }
        Place::Module => read(item, syn::parse2, errors, |it, errors| container::module(attr, it, errors)),
        Place::Impl => read(item, syn::parse2, errors, |it: Impl, errors| container::implementation(attr, &it, errors)),
        Place::FileModule(span) => {
            let remedy =
                format!("put `#[{kind}]` above the handlers there, or write the module here: `mod name {{ .. }}`");
            errors.add(span, "this module is in another file, which an attribute cannot reach", remedy);
            item
        }
        Place::Elsewhere(span, found) => {
            let problem = format!("{found} cannot be guarded, because it does not answer requests");
            errors.add(span, problem, format_args!("put `#[{kind}]` above an `async fn` that a router calls"));
            item
        }
    });
    // The item comes first: editors map a span to its first occurrence.
    quote!(#output #errors)
}

/// An item that cannot be parsed is returned unchanged, for rustc and for editors.
fn read<T>(
    item: TokenStream,
    parse: fn(TokenStream) -> syn::Result<T>,
    errors: &mut Errors,
    expand: impl FnOnce(T, &mut Errors) -> TokenStream,
) -> TokenStream {
    match parse(item.clone()) {
        Ok(read) => expand(read, errors),
        Err(unreadable) => {
            errors.push(unreadable);
            item
        }
    }
}

/// The item below an attribute.
enum Place {
    Function,
    Module,
    Impl,
    /// A module in another file.
    FileModule(Span),
    /// Another item, and its name for the error.
    Elsewhere(Span, &'static str),
}

impl Place {
    /// Reads the keywords at the beginning of an item. Any other item is parsed as a function, so that the parser
    /// reports what it expected.
    fn of(item: &TokenStream) -> Self {
        let mut tokens = item.clone().into_iter();
        while let Some(token) = tokens.next() {
            let TokenTree::Ident(word) = token else { continue };
            let elsewhere = |found| Self::Elsewhere(word.span(), found);
            return match &*word.to_string() {
                // The parentheses after it are skipped as the brackets of attributes are.
                "pub" => continue,
                "mod" if is_punct(tokens.nth(1).as_ref(), ';') => Self::FileModule(word.span()),
                "mod" => Self::Module,
                "impl" => Self::Impl,
                "unsafe" => match &*word_of(tokens.next().as_ref()) {
                    "impl" => Self::Impl,
                    "trait" => elsewhere("a trait"),
                    "extern" if tokens.next().is_some() && matches!(tokens.next(), Some(TokenTree::Group(_))) => {
                        elsewhere("an `extern` block")
                    }
                    _ => Self::Function,
                },
                "struct" => elsewhere("a struct"),
                "enum" => elsewhere("an enum"),
                "trait" => elsewhere("a trait"),
                "static" => elsewhere("a constant"),
                "const" => match &*word_of(tokens.next().as_ref()) {
                    "fn" | "async" | "unsafe" | "extern" => Self::Function,
                    _ => elsewhere("a constant"),
                },
                "type" => elsewhere("a type alias"),
                "use" => elsewhere("an import"),
                "union" if matches!(tokens.next(), Some(TokenTree::Ident(name)) if name != "fn") => {
                    elsewhere("a union")
                }
                "extern" => match tokens.find(|token| !matches!(token, TokenTree::Literal(_))) {
                    Some(TokenTree::Group(_)) => elsewhere("an `extern` block"),
                    Some(TokenTree::Ident(next)) if next == "crate" => elsewhere("an import"),
                    _ => Self::Function,
                },
                "macro_rules" => elsewhere("a macro"),
                _ if is_punct(tokens.next().as_ref(), '!') => elsewhere("the call of a macro"),
                _ => Self::Function,
            };
        }
        Self::Function
    }
}

fn is_punct(token: Option<&TokenTree>, is: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == is)
}

fn word_of(token: Option<&TokenTree>) -> String {
    token.map(ToString::to_string).unwrap_or_default()
}

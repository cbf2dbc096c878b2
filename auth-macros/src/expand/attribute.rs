//! One of our attributes, on whatever it stands.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, Token, Visibility};

use super::{handler, scope};
use crate::args::Word;
use crate::diagnostics::Errors;
use crate::model::{Attr, Scope};

/// Expands one of our attributes, and with it all others of ours on the same item and in it.
pub(crate) fn attribute(word: Word, args: TokenStream, item: TokenStream) -> TokenStream {
    let attr = Attr::outer(word, args);
    let (output, errors) = Errors::collect(|errors| match Place::of(&item) {
        Place::Function => read(item, errors, |it, errors| handler::guarded(Some(attr), it, Scope::default(), errors)),
        Place::Module => read(item, errors, |it, errors| scope::module(attr, it, errors)),
        Place::Impl => read(item, errors, |it, errors| scope::implementation(attr, &it, errors)),
        Place::Elsewhere(span, found) => {
            let problem = format!("{found} cannot be guarded, because no request is answered by it");
            errors.add(span, problem, format_args!("put `#[{word}]` above an `async fn` that a router calls"));
            item
        }
    });
    // The item comes first: editors map a span to where it occurs first.
    quote!(#output #errors)
}

/// An item that cannot be read is left as it is, for rustc and for editors.
fn read<T: Parse>(
    item: TokenStream,
    errors: &mut Errors,
    expand: impl FnOnce(T, &mut Errors) -> TokenStream,
) -> TokenStream {
    match syn::parse2(item.clone()) {
        Ok(read) => expand(read, errors),
        Err(unreadable) => {
            errors.push(unreadable);
            item
        }
    }
}

/// What an attribute stands on.
enum Place {
    Function,
    Module,
    Impl,
    /// Something else, in the user's words.
    Elsewhere(Span, &'static str),
}

impl Place {
    fn of(item: &TokenStream) -> Self {
        // What cannot be told is read as a function, so that the parser says what it expected.
        Self::read.parse2(item.clone()).unwrap_or(Self::Function)
    }

    fn read(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let elsewhere = |found| Self::Elsewhere(input.span(), found);
        let place = if input.peek(Token![mod]) {
            if input.peek3(Token![;]) { elsewhere("a module in another file") } else { Self::Module }
        } else if input.peek(Token![impl]) || (input.peek(Token![unsafe]) && input.peek2(Token![impl])) {
            Self::Impl
        } else if input.peek(Token![struct]) {
            elsewhere("a struct")
        } else if input.peek(Token![enum]) {
            elsewhere("an enum")
        } else if input.peek(Token![trait]) {
            elsewhere("a trait")
        } else if input.peek(Token![static])
            || (input.peek(Token![const]) && !input.peek2(Token![fn]) && !input.peek2(Token![async]))
        {
            elsewhere("a constant")
        } else if input.peek(Token![type]) {
            elsewhere("a type alias")
        } else if input.peek(Token![use]) {
            elsewhere("an import")
        } else {
            Self::Function
        };
        input.parse::<TokenStream>()?;
        Ok(place)
    }
}

//! One of our attributes with its arguments unread.

use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned as _;
use syn::{Attribute, Meta, Path};

use crate::args::AttrKind;
use crate::paths::take_crate;

/// One of our attributes with its arguments unread.
pub(crate) struct Attr {
    pub(crate) kind: AttrKind,
    /// Where to point when there is no better token: the attribute's name.
    pub(crate) span: Span,
    pub(crate) args: TokenStream,
    /// Its path, when it is we who take it off.
    pub(crate) path: Option<Path>,
}

impl Attr {
    /// The attribute that rustc called us for; it hands over the arguments only.
    pub(crate) fn outer(kind: AttrKind, args: TokenStream) -> Self {
        Self { kind, span: Span::call_site(), args, path: None }
    }

    pub(crate) fn inner(attribute: &Attribute) -> Option<syn::Result<Self>> {
        let kind = AttrKind::of(attribute.path())?;
        let args = match &attribute.meta {
            Meta::Path(_) => TokenStream::new(),
            Meta::List(list) => list.tokens.clone(),
            Meta::NameValue(pair) => {
                return Some(Err(crate::diagnostics::error(
                    pair.eq_token.span(),
                    format_args!("`#[{kind}]` takes no value"),
                    format_args!("write `#[{kind}]` or `#[{kind}(..)]`"),
                )));
            }
        };
        let path = attribute.path();
        Some(Ok(Self { kind, span: path.span(), args: take_crate(args, ',').1, path: Some(path.clone()) }))
    }

    /// Takes our own attributes off an item, in the order in which they stand.
    pub(crate) fn take(attributes: &mut Vec<Attribute>) -> Vec<syn::Result<Self>> {
        let mut ours = Vec::new();
        attributes.retain(|attribute| match Self::inner(attribute) {
            Some(attr) => {
                ours.push(attr);
                false
            }
            None => true,
        });
        ours
    }
}

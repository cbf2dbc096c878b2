//! One of our attributes with unparsed arguments.

use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned as _;
use syn::{Attribute, Meta};

use crate::args::AttrKind;
use crate::paths::take_crate;

/// One of our attributes with unparsed arguments.
pub(crate) struct Attr {
    pub(crate) kind: AttrKind,
    /// The attribute's name, for errors without a better token.
    pub(crate) span: Span,
    pub(crate) args: TokenStream,
    /// The whole attribute, if this expansion removes it.
    pub(crate) written: Option<Attribute>,
}

impl Attr {
    /// The attribute that is being expanded; rustc passes only its arguments.
    pub(crate) fn outer(kind: AttrKind, args: TokenStream) -> Self {
        Self { kind, span: Span::call_site(), args, written: None }
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
        let span = attribute.path().span();
        Some(Ok(Self { kind, span, args: take_crate(args, ',').1, written: Some(attribute.clone()) }))
    }

    /// Removes our attributes from an item, in order.
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

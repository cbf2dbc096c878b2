//! The `cfg`s of an item, for what is generated beside it.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// The attributes among `attrs` that decide whether their item is there. rustc has not evaluated them where an attribute
/// stands above them, or above the module or impl block around.
pub(crate) fn cfgs<'a>(attrs: impl IntoIterator<Item = &'a Attribute>) -> TokenStream {
    attrs.into_iter().filter_map(|attr| cfg(&attr.meta)).map(|meta| quote!(#[#meta])).collect()
}

fn cfg(meta: &Meta) -> Option<TokenStream> {
    if meta.path().is_ident("cfg") {
        return Some(quote!(#meta));
    }
    let Meta::List(list) = meta else { return None };
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let read = |input: ParseStream<'_>| {
        let mut predicate = TokenStream::new();
        while !input.peek(Token![,]) {
            input.parse::<TokenTree>()?.to_tokens(&mut predicate);
        }
        input.parse::<Token![,]>()?;
        Ok((predicate, Punctuated::<Meta, Token![,]>::parse_terminated(input)?))
    };
    let (predicate, parts) = list.parse_args_with(read).ok()?;
    let cfgs: Vec<_> = parts.iter().filter_map(cfg).collect();
    (!cfgs.is_empty()).then(|| quote!(cfg_attr(#predicate, #(#cfgs),*)))
}

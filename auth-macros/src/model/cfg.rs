//! The `cfg`s of an item, for generated items beside it.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// The attributes that conditionally compile their item. rustc has not evaluated them if they are below the expanded
/// attribute, or inside the module or impl block of that attribute.
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

//! Code inside guarded modules and impl blocks that makes rustc refuse handlers which the guard does not cover.

use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{FnArg, GenericParam, ReturnType, Safety, Type};

use super::span::{as_ours, marked};
use crate::model::{Handler, cfgs};
use crate::paths::{private, private_at};

/// The macro that tells a handler whether it is inside a guarded module, which shadows the macro.
///
/// A macro of the standard library, because every other fallback is ambiguous beside a `macro_rules!` of the same name.
const ASKED: &str = "stringify";

/// Makes one of our attributes an error in the rest of the module, unless the module's guard covers its handler: in
/// bodies of functions and constants, in the output of macros and in included files.
pub(super) fn refusing() -> TokenStream {
    shadow(&quote!((__auth_core_covers $($error:tt)*) => { $($error)* };))
}

/// Undoes [`refusing`] in a module for tests.
pub(super) fn accepting() -> TokenStream {
    shadow(&TokenStream::new())
}

fn shadow(first: &TokenStream) -> TokenStream {
    let private = private();
    let asked = format_ident!("{ASKED}");
    quote! {
        macro_rules! #asked {
            #first
            ($($tokens:tt)*) => { #private::core::#asked!($($tokens)*) };
        }
    }
}

/// Makes rustc refuse a function that is not async and returns a future of any type: a router could call it.
///
/// The check is a call inside a function that is never called.
pub(super) fn no_future(function: &Handler, is_method: bool) -> TokenStream {
    let sig = &function.sig;
    let ReturnType::Type(_, ty) = &sig.output else { return TokenStream::new() };
    let is_unsafe = matches!(sig.safety, Safety::Unsafe(_));
    // A router cannot pass `&self`, nor infer the type of an `impl Trait` parameter.
    let cannot_be_called = |input: &FnArg| match input {
        FnArg::Receiver(_) => !function.takes_self_by_value(),
        FnArg::Typed(parameter) => has_impl(quote!(#parameter)),
    };
    if sig.asyncness.is_some() || matches!(**ty, Type::Never(_)) || is_unsafe || sig.inputs.iter().any(cannot_be_called)
    {
        return TokenStream::new();
    }
    let span = marked(ty.span());
    let private = private_at(span);
    let (generics, _, conditions) = sig.generics.split_for_impl();
    let arguments = sig.generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => Some(&parameter.ident),
        GenericParam::Const(parameter) => Some(&parameter.ident),
        GenericParam::Lifetime(_) => None,
    });
    let parameters = sig.inputs.iter().map(|_| quote_spanned!(span=> #private::any()));
    let name = &sig.ident;
    let called = as_ours(if is_method { quote!(Self::#name) } else { quote!(#name) });
    let check = format_ident!("__{name}_returns", span = span);
    let cfgs = cfgs(&function.attrs);
    let check = quote_spanned! {span=>
        fn #check #generics () #conditions {
            use #private::Otherwise as _;
            #private::no_future(#private::Returned(#called::<#(#arguments),*>(#(#parameters),*)).kind());
        }
    };
    if is_method { quote!(#cfgs #check) } else { quote!(#cfgs const _: () = { #check };) }
}

fn has_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "impl",
        TokenTree::Group(group) => has_impl(group.stream()),
        _ => false,
    })
}

//! Code inside guarded modules and impl blocks that makes rustc refuse handlers which the guard does not cover.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{
    Attribute, GenericParam, Generics, ItemTrait, Receiver, ReceiverKind, ReturnType, Safety, Signature, TraitItem,
    Type,
};

use super::span::{as_ours, marked};
use crate::model::{Handler, Impl, Item, cfgs, find_name, says_future, takes_self_by_value};
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
    let name = &function.sig.ident;
    let called = as_ours(if is_method { quote!(Self::#name) } else { quote!(#name) });
    let Some(check) = check(&function.sig, &function.sig.generics, &called, &quote!(Self)) else {
        return TokenStream::new();
    };
    let cfgs = cfgs(&function.attrs);
    if is_method { quote!(#cfgs #check) } else { quote!(#cfgs const _: () = { #check };) }
}

/// The same for the functions of a trait's implementation, which cannot contain the checks.
pub(super) fn no_future_of_impl(block: &Impl) -> TokenStream {
    let (Some(of_trait), ty) = (&block.of_trait, &block.self_type) else { return TokenStream::new() };
    let ty = quote!(#ty);
    let of_trait = with_self(quote!(#of_trait), &ty);
    let functions = block.items.iter().filter_map(|item| match item {
        Item::Fn(function) => Some((&function.attrs, &function.sig)),
        _ => None,
    });
    let functions = of_a_trait(&block.attrs, &block.generics, (&ty, &of_trait), functions);
    let service = no_service(block, &ty);
    quote!(#functions #service)
}

/// Makes rustc refuse a `tower::Service` that answers requests by itself. One around another has the error of that one.
fn no_service(block: &Impl, ty: &TokenStream) -> Option<TokenStream> {
    let of_trait = block.of_trait.as_ref()?.segments.last().filter(|last| last.ident == "Service")?;
    let span = marked(of_trait.span());
    let (private, ty, cfgs) = (private_at(span), as_ours(ty.clone()), cfgs(&block.attrs));
    let (generics, _, conditions) = block.generics.split_for_impl();
    Some(quote_spanned! {span=>
        #cfgs
        const _: () = {
            fn __serves #generics () #conditions {
                use #private::answers::*;
                #private::no_router(#private::Returned(#private::any::<#ty>()).router());
            }
        };
    })
}

/// The same for the functions that a trait has itself, whatever type has them. Other items have no checks.
pub(super) fn no_future_of_trait(item: &TokenStream) -> TokenStream {
    let is_trait = |token| matches!(token, TokenTree::Ident(word) if word == "trait");
    if !item.clone().into_iter().any(is_trait) {
        return TokenStream::new();
    }
    let Ok(item) = syn::parse2::<ItemTrait>(item.clone()) else { return TokenStream::new() };
    let (name, (_, arguments, _)) = (&item.ident, item.generics.split_for_impl());
    let (ty, of_trait) = (quote!(__Any), quote!(#name #arguments));
    let mut generics = item.generics.clone();
    generics.params.push(syn::parse_quote!(#ty: #of_trait));
    let functions = item.items.iter().filter_map(|item| match item {
        TraitItem::Fn(function) if function.default.is_some() => Some((&function.attrs, &function.sig)),
        _ => None,
    });
    of_a_trait(&item.attrs, &generics, (&ty, &of_trait), functions)
}

fn of_a_trait<'a>(
    attrs: &[Attribute],
    around: &Generics,
    (ty, of_trait): (&TokenStream, &TokenStream),
    functions: impl Iterator<Item = (&'a Vec<Attribute>, &'a Signature)>,
) -> TokenStream {
    let checks = functions.filter_map(|(own, sig)| {
        let generics = beside(around, &sig.generics, ty)?;
        let name = &sig.ident;
        let check = check(sig, &generics, &as_ours(quote!(<#ty as #of_trait>::#name)), ty)?;
        let cfgs = cfgs(attrs.iter().chain(own));
        Some(quote!(#cfgs const _: () = { #check };))
    });
    checks.collect()
}

/// The generic parameters of a block and of a function in it as those of one function beside the block.
fn beside(block: &Generics, function: &Generics, ty: &TokenStream) -> Option<Generics> {
    let (outer, inner) = (&block.params, &function.params);
    let (lifetimes, others): (Vec<_>, Vec<_>) =
        outer.iter().chain(inner).cloned().partition(|it| matches!(it, GenericParam::Lifetime(_)));
    let predicates = |it: &Generics| it.where_clause.clone().map(|it| it.predicates).into_iter().flatten();
    let conditions: Vec<_> = predicates(block).chain(predicates(function)).collect();
    let params = with_self(quote!(#(#lifetimes,)* #(#others,)*), ty);
    let mut generics = syn::parse2::<Generics>(quote!(<#params>)).ok()?;
    let conditions = with_self(quote!(where #(#conditions,)*), ty);
    generics.where_clause = Some(syn::parse2(conditions).ok()?);
    Some(generics)
}

/// `Self` means nothing beside the block that it is written in.
fn with_self(tokens: TokenStream, ty: &TokenStream) -> TokenStream {
    let replaced = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Ident(word) if word == "Self" => ty.clone(),
        TokenTree::Group(group) => {
            let mut inside = Group::new(group.delimiter(), with_self(group.stream(), ty));
            inside.set_span(group.span());
            TokenTree::Group(inside).into()
        }
        token => token.into(),
    });
    replaced.collect()
}

/// A function with these generics and the checks of `called`, which has the signature `sig` and belongs to the type `ty`.
fn check(sig: &Signature, generics: &Generics, called: &TokenStream, ty: &TokenStream) -> Option<TokenStream> {
    if matches!(sig.safety, Safety::Unsafe(_)) {
        return None;
    }
    let (name, checks) = match sig.receiver().filter(|_| !takes_self_by_value(sig)) {
        Some(receiver) => ("receives", no_receiver(sig, receiver, called, ty)?),
        None => ("returns", no_result(sig, called, ty)?),
    };
    let span = marked(sig.ident.span());
    let private = private_at(span);
    let (generics, _, conditions) = generics.split_for_impl();
    let check = format_ident!("__{}_{name}", sig.ident.unraw(), span = span);
    Some(quote_spanned! {span=>
        fn #check #generics () #conditions {
            use #private::answers::*;
            #checks
        }
    })
}

/// The checks of what a call gives.
fn no_result(sig: &Signature, called: &TokenStream, ty: &TokenStream) -> Option<TokenStream> {
    let (value, span) = value(sig, called, ty)?;
    let private = private_at(span);
    let output = sig.output.to_token_stream();
    // An `impl Handler` is reported by its name, and the result of an `impl Fn()` by the check in the body.
    let is_named = find_name(output.clone(), &|name| ["Handler", "Fn", "FnMut", "FnOnce"].contains(&name)).is_some();
    let opaque = (has_impl(output) && !is_named).then(|| {
        quote_spanned! {span=>
            #private::no_handler(#private::Returned(#value).handler());
            #private::no_router(#private::Returned(#value).router());
        }
    });
    Some(quote_spanned!(span=> #private::no_future(#private::Returned(#value).kind()); #opaque))
}

/// The check of a receiver that is no value: `&Self` and `Arc<Self>` are extractors where the application makes them so.
fn no_receiver(sig: &Signature, receiver: &Receiver, called: &TokenStream, ty: &TokenStream) -> Option<TokenStream> {
    let (span, output) = (marked(receiver.self_token.span), &sig.output);
    let private = private_at(span);
    let received = match &receiver.kind {
        ReceiverKind::Reference(and, lifetime, mutability) => quote!(#and #lifetime #mutability #ty),
        ReceiverKind::Typed(_, typed) => with_self(quote!(#typed), ty),
        _ => return None,
    };
    let kind = if sig.asyncness.is_some() || says_future(quote!(#output)) {
        quote_spanned!(span=> #private::AFuture)
    } else if matches!(receiver.kind, ReceiverKind::Typed(..)) {
        let (value, _) = value(sig, called, ty)?;
        quote_spanned!(span=> #private::Returned(#value).kind())
    } else {
        return None;
    };
    let received = as_ours(received);
    Some(quote_spanned! {span=>
        #private::no_receiver((#private::Returned(#private::any::<#received>()).extractor(), #kind));
    })
}

/// A value of the function's result, and the position of its type. An async function's is a future.
fn value(sig: &Signature, called: &TokenStream, ty: &TokenStream) -> Option<(TokenStream, Span)> {
    let ReturnType::Type(_, output) = &sig.output else { return None };
    if sig.asyncness.is_some() || matches!(**output, Type::Never(_)) {
        return None;
    }
    let span = marked(output.span());
    let private = private_at(span);
    // A call cannot infer the type of an `impl Trait` parameter. A cast to `fn(T) -> _` gives it one.
    if sig.inputs.iter().any(|input| has_impl(quote!(#input))) {
        let output = with_self(quote!(#output), ty);
        let output = (!has_impl(output.clone())).then(|| as_ours(output))?;
        return Some((quote_spanned!(span=> #private::any::<#output>()), span));
    }
    let arguments = sig.generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => Some(&parameter.ident),
        GenericParam::Const(parameter) => Some(&parameter.ident),
        GenericParam::Lifetime(_) => None,
    });
    let parameters = sig.inputs.iter().map(|_| quote_spanned!(span=> #private::any()));
    Some((quote_spanned!(span=> #called::<#(#arguments),*>(#(#parameters),*)), span))
}

fn has_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "impl",
        TokenTree::Group(group) => has_impl(group.stream()),
        _ => false,
    })
}

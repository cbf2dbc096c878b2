//! A guarded handler: the user's function with evidence as its first parameter, and the policy it is evidence of.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote};

use super::authorize::authorize;
use super::policy::implementation;
use crate::args::{Term, Word};
use crate::check;
use crate::diagnostics::{Errors, error};
use crate::model::{Attr, Demands, Handler, foreign_item};
use crate::paths::private;

/// Expands one of our attributes, and with it all others of ours on the same item.
pub(crate) fn attribute(word: Word, args: TokenStream, item: TokenStream) -> TokenStream {
    let (output, errors) = Errors::collect(|errors| match syn::parse2::<Handler>(item.clone()) {
        Ok(handler) => guarded(Attr::outer(word, args), handler, errors),
        Err(unreadable) => {
            errors.push(not_a_function(word, &item).unwrap_or(unreadable));
            item
        }
    });
    // The function comes first: editors map a span to where it occurs first.
    quote!(#output #errors)
}

fn not_a_function(word: Word, item: &TokenStream) -> Option<syn::Error> {
    let (span, found) = foreign_item(item)?;
    let mend = format!("put `#[{word}]` above an `async fn` that a router calls");
    Some(error(span, format_args!("{found} cannot be guarded, because no request is answered by it"), mend))
}

fn guarded(outer: Attr, mut handler: Handler, errors: &mut Errors) -> TokenStream {
    let span = outer.span;
    let demands = Demands::read(outer, &mut handler, errors);
    let before = errors.count();
    check::handler(&handler, errors);
    if errors.count() > before {
        return handler.into_token_stream();
    }
    check::demands(&demands, errors);
    if errors.count() > 0 {
        // The mistake has been told; that the handler is unguarded need not be told again at the router.
        let private = private();
        insert_guard(&mut handler, &quote!(#private::Undecided));
        return handler.into_token_stream();
    }
    let policy = policy_name(&handler, &demands);
    let term = demands.fold(span);
    if !demands.conditions.is_empty() {
        authorize(&mut handler, &policy, &demands.conditions);
    }
    insert_guard(&mut handler, &policy.to_token_stream());
    let declaration = declaration(&policy, &handler, &term);
    quote!(#handler #declaration)
}

/// Evidence comes first: axum runs extractors in order, so a refused caller costs neither a body nor a query.
fn insert_guard(handler: &mut Handler, policy: &TokenStream) {
    let private = private();
    handler.prepend(syn::parse_quote!(_: #private::Guard<#policy>));
}

fn policy_name(handler: &Handler, demands: &Demands) -> Ident {
    let name = handler.name();
    match demands.inherited.as_ref().and_then(|policy| policy.segments.last()) {
        Some(earlier) => format_ident!("{}_and", earlier.ident),
        None => format_ident!("__{name}_policy", span = Span::call_site().located_at(name.span())),
    }
}

fn declaration(policy: &Ident, handler: &Handler, term: &Term) -> TokenStream {
    let vis = &handler.vis;
    let implementation = implementation(policy, &handler.name(), term);
    quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
        #vis enum #policy {}
        #implementation
    }
}

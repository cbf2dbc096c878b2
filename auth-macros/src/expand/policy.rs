//! A policy: an uninhabited type with its requirement as a constant.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Token, Visibility};

use super::requirement::{checked, requirement};
use super::span::{as_ours, marked};
use crate::args::{self, RequirementExpr};
use crate::check;
use crate::diagnostics::{Errors, error};
use crate::model::cfgs;
use crate::paths::{in_crate, private, private_at, take_crate};

/// The policy's name for the user, and its position.
pub(super) struct PolicyName {
    pub(super) name: String,
    pub(super) span: Span,
    /// The `cfg`s of its item, for everything that is generated for it.
    pub(super) cfgs: TokenStream,
}

/// Implements `Policy` for `policy`, declared by `declared`, the end of the macro call.
pub(super) fn implementation(
    policy: &Ident,
    named: &PolicyName,
    term: &RequirementExpr,
    declared: &TokenStream,
) -> TokenStream {
    let PolicyName { name, span, cfgs } = named;
    let requirement = requirement(term);
    let checked = checked(policy, term).map(|checked| quote!(#cfgs #checked));
    // The span of the name, to which editors and messages should lead.
    let private = private_at(*span);
    quote_spanned! {*span=>
        #cfgs
        #private::policy! { #policy, #name, #requirement #declared }
        #checked
    }
}

/// `guard!(pub StaffOnDuty = all(role(Moderator), fresh("10m")));`
pub(crate) fn guard(input: TokenStream) -> TokenStream {
    let (path, input) = take_crate(input, ';');
    in_crate(path, || declare(input))
}

fn declare(input: TokenStream) -> TokenStream {
    let (output, errors) = Errors::collect(|errors| {
        let parser = |input: ParseStream<'_>| Declared::parse(input, errors);
        let declared = syn::parse::Parser::parse2(parser, input);
        errors.keep(declared).map(|declared| declared.expand(errors))
    });
    quote!(#output #errors)
}

/// The head of a named policy, and its requirement unless it has an error.
struct Declared {
    head: Head,
    term: Option<RequirementExpr>,
}

struct Head {
    attrs: Vec<Attribute>,
    vis: Visibility,
    name: Ident,
}

impl Parse for Head {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const FORM: &str = "write `guard!(pub StaffOnDuty = all(role(Moderator), fresh(\"10m\")));`";
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let name: Ident = input.parse().map_err(|found| error(found.span(), "expected the name of a policy", FORM))?;
        if !input.peek(Token![=]) {
            let span = if input.is_empty() { name.span() } else { input.span() };
            return Err(error(span, format_args!("`{name}` has no requirement"), FORM));
        }
        input.parse::<Token![=]>()?;
        if input.is_empty() {
            return Err(error(name.span(), format_args!("`{name}` has no requirement"), FORM));
        }
        Ok(Self { attrs, vis, name })
    }
}

impl Declared {
    fn parse(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let head = match input.parse::<Head>() {
            Ok(head) => head,
            Err(error) => {
                input.parse::<TokenStream>()?;
                return Err(error);
            }
        };
        let term = args::term(input, errors);
        let term = errors.keep(term);
        let _ = input.parse::<Token![;]>();
        if term.is_some() && !input.is_empty() {
            let remedy = "join requirements by `all(..)` or `any(..)`; declare each policy by a `guard!` of its own";
            errors.add(input.span(), format_args!("the policy `{}` ends before this", head.name), remedy);
        }
        input.parse::<TokenStream>()?;
        Ok(Self { head, term })
    }

    fn expand(self, errors: &mut Errors) -> TokenStream {
        let Head { attrs, vis, name } = self.head;
        if let Some(term) = &self.term {
            check::policy(&name, term, errors);
        }
        let term = self.term.filter(|_| errors.count() == 0);
        let docs = term.as_ref().map(|term| format!("Requires `{term}`."));
        let docs =
            docs.map(|docs| if attrs.is_empty() { quote!(#[doc = #docs]) } else { quote!(#[doc = ""] #[doc = #docs]) });
        let cfgs = cfgs(&attrs);
        let value = value(&vis, &name, &cfgs);
        let implementation = match &term {
            Some(term) => {
                let named = PolicyName { name: name.to_string(), span: name.span(), cfgs };
                implementation(&name, &named, term, &TokenStream::new())
            }
            None => undecided(&name, &cfgs),
        };
        quote! {
            #(#attrs)*
            #docs
            #vis enum #name {}
            #implementation
            #value
        }
    }
}

/// A constant with the name of the policy, whose type says in rustc's messages that a policy is not a value.
fn value(vis: &Visibility, name: &Ident, cfgs: &TokenStream) -> TokenStream {
    let (private, vis) = (private(), as_ours(vis.to_token_stream()));
    let value = Ident::new(&name.to_string(), marked(name.span()));
    quote! {
        #cfgs
        #[doc(hidden)]
        #vis const #value: #private::TypeArgument<#private::PhantomData<#name>> = #private::TypeArgument::VALUE;
    }
}

/// Declares the policy although its requirement has an error, so that this is the only error.
fn undecided(policy: &Ident, cfgs: &TokenStream) -> TokenStream {
    let private = private();
    quote! {
        #cfgs
        impl #private::Policy for #policy {
            const STATED: #private::Statement = <#private::Undecided as #private::Policy>::STATED;
        }
    }
}

//! A function below one of our attributes.

use super::{Attr, signature};
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, FnArg, GenericArgument, Ident, Pat, PatType, PathArguments, Signature, Token, Type, Visibility};

/// A function below one of our attributes. Its body is not parsed: that is fast, and keeps the editor's completion
/// while the body is being typed.
#[derive(Clone)]
pub(crate) struct Handler {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenStream,
    /// The position of `Self` in the signature, if the function was read alone and not as part of an impl block or a
    /// module.
    pub(crate) self_type: Option<Span>,
}

impl Parse for Handler {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            sig: input.parse()?,
            body: unwrapped(input.parse()?).into(),
            self_type: None,
        })
    }
}

/// A block from a `macro_rules!` (`$body:block`) has invisible delimiters.
fn unwrapped(token: TokenTree) -> TokenTree {
    if let TokenTree::Group(group) = &token
        && group.delimiter() == Delimiter::None
        && let Some(inner) = group.stream().into_iter().next()
    {
        return unwrapped(inner);
    }
    token
}

impl ToTokens for Handler {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attr in &self.attrs {
            attr.to_tokens(tokens);
        }
        self.vis.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

impl Handler {
    /// Reads a function that is all of `item`. The body is split off first, because a parser would look into every pair
    /// of brackets in it.
    pub(crate) fn read(item: TokenStream) -> syn::Result<Self> {
        let mut tokens: Vec<TokenTree> = item.into_iter().collect();
        let body = tokens.pop();
        let sig = tokens.split_off(signature::begins(&tokens));
        let parser = |input: ParseStream<'_>| Ok((input.call(Attribute::parse_outer)?, input.parse()?));
        let (attrs, vis) = parser.parse2(tokens.into_iter().collect())?;
        let body = unwrapped(body.ok_or_else(|| syn::Error::new(Span::call_site(), "expected a function"))?).into();
        let self_type = signature::self_type(&sig);
        Ok(Self { attrs, vis, sig: signature::read(sig)?, body, self_type })
    }

    /// The handler's name, without the `r#` of a raw identifier.
    pub(crate) fn name(&self) -> Ident {
        self.sig.ident.unraw()
    }

    /// Whether one of our attributes is above it.
    pub(crate) fn has_ours(&self) -> bool {
        self.attrs.iter().any(|attr| Attr::inner(attr).is_some())
    }

    /// Whether it is a test, by the name of its attribute.
    pub(crate) fn is_test(&self) -> bool {
        self.attrs.iter().any(|attr| attr.path().segments.last().is_some_and(|last| last.ident == "test"))
    }

    /// Whether a module's guard applies to this function: to every async one except tests.
    pub(crate) fn is_free_handler(&self) -> bool {
        self.has_ours() || (self.sig.asyncness.is_some() && !self.is_test())
    }

    /// Whether an earlier expansion has guarded it.
    pub(crate) fn has_evidence(&self) -> bool {
        self.sig.inputs.first().cloned().is_some_and(|mut first| evidence(&mut first).is_some())
    }

    /// Whether an impl block's guard applies to this function: to every async one that a router can call.
    pub(crate) fn is_method_handler(&self) -> bool {
        self.has_ours() || (self.sig.asyncness.is_some() && self.sig.receiver().is_none())
    }

    /// Inserts a parameter before all others.
    pub(crate) fn prepend(&mut self, pattern: TokenStream, ty: TokenStream) {
        let (pat, ty) = (Box::new(Pat::Verbatim(pattern)), Box::new(Type::Verbatim(ty)));
        let parameter = PatType { attrs: Vec::new(), pat, colon_token: Token![:](Span::call_site()), ty };
        self.sig.inputs.insert(0, FnArg::Typed(parameter));
    }

    /// The policy of the evidence that an earlier expansion has inserted. A guard is removed; a gate stays, because the
    /// body uses it, and gets the new policy by [`regate`](Self::regate).
    ///
    /// Attributes above the same item are joined in one expansion. This is for those that it cannot see: inside a
    /// `cfg_attr`, or imported under another name.
    pub(crate) fn take_evidence(&mut self) -> Option<syn::Path> {
        let (kind, policy) = evidence(self.sig.inputs.first_mut()?)?;
        let policy = policy.clone();
        if kind == "Guard" {
            self.sig.inputs = std::mem::take(&mut self.sig.inputs).into_iter().skip(1).collect();
        }
        Some(policy)
    }

    /// The types of the guards among the user's own parameters, by their name.
    pub(crate) fn guards(&self) -> impl Iterator<Item = &Type> {
        let types = self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(parameter) => Some(&*parameter.ty),
            FnArg::Receiver(_) => None,
        });
        types.filter(|ty| {
            let before = ty.to_token_stream().into_iter();
            let before = before.take_while(|token| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == '<'));
            let path: Vec<_> =
                before.filter(|token| matches!(token, TokenTree::Ident(_))).map(|it| it.to_string()).collect();
            path.last().is_some_and(|last| last == "Guard") && !path.iter().any(|it| it == "__private")
        })
    }

    /// Sets the policy of an earlier expansion's gate to `policy`; `false` when there is none.
    pub(crate) fn regate(&mut self, policy: &Ident) -> bool {
        match self.sig.inputs.first_mut().and_then(evidence) {
            Some((kind, earlier)) if kind == "Gate" => {
                *earlier = policy.clone().into();
                true
            }
            _ => false,
        }
    }
}

/// The name `Guard` or `Gate` and the policy `P` of a parameter of type `::auth_core::__private::Guard<P>`, which only
/// generated code contains.
fn evidence(parameter: &mut FnArg) -> Option<(Ident, &mut syn::Path)> {
    let FnArg::Typed(PatType { ty, .. }) = parameter else { return None };
    let Type::Path(ty) = &mut **ty else { return None };
    let ours = ty.path.segments.iter().any(|segment| segment.ident == "__private");
    let last = ty.path.segments.last_mut()?;
    let PathArguments::AngleBracketed(arguments) = &mut last.arguments else { return None };
    match arguments.args.first_mut() {
        Some(GenericArgument::Type(Type::Path(policy))) if ours && (last.ident == "Guard" || last.ident == "Gate") => {
            Some((last.ident.clone(), &mut policy.path))
        }
        _ => None,
    }
}

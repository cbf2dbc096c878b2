//! What the user wrote: an attribute of ours, and the function it stands on.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned as _;
use syn::{Attribute, FnArg, GenericArgument, Ident, Meta, PathArguments, Signature, Token, Type, Visibility};

use crate::args::{Demand, Kind, Term, Word, read};
use crate::diagnostics::Errors;

/// One of our attributes with its arguments unread.
pub(crate) struct Attr {
    pub(crate) word: Word,
    /// Where to point when there is no better token: the attribute's name.
    pub(crate) span: Span,
    pub(crate) args: TokenStream,
}

impl Attr {
    /// The attribute that rustc called us for; it hands over the arguments only.
    pub(crate) fn outer(word: Word, args: TokenStream) -> Self {
        Self { word, span: Span::call_site(), args }
    }

    pub(crate) fn inner(attribute: &Attribute) -> Option<syn::Result<Self>> {
        let word = Word::of(attribute.path())?;
        let span = attribute.path().span();
        Some(match &attribute.meta {
            Meta::Path(_) => Ok(Self { word, span, args: TokenStream::new() }),
            Meta::List(list) => Ok(Self { word, span, args: list.tokens.clone() }),
            Meta::NameValue(pair) => Err(crate::diagnostics::error(
                pair.eq_token.span(),
                format_args!("`#[{word}]` takes no value"),
                format_args!("write `#[{word}]` or `#[{word}(..)]`"),
            )),
        })
    }
}

/// A function that one of our attributes stands on. Its body stays unread: that is quick, and a body that is being
/// typed does not cost the editor its completion.
pub(crate) struct Handler {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenStream,
}

impl Parse for Handler {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            sig: input.parse()?,
            body: input.parse::<TokenTree>()?.into(),
        })
    }
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
    /// The handler's name, without the `r#` of a raw identifier.
    pub(crate) fn name(&self) -> Ident {
        self.sig.ident.unraw()
    }

    /// Takes our own attributes off the function, in the order in which they stand.
    pub(crate) fn take_attrs(&mut self) -> Vec<syn::Result<Attr>> {
        let mut ours = Vec::new();
        self.attrs.retain(|attribute| match Attr::inner(attribute) {
            Some(attr) => {
                ours.push(attr);
                false
            }
            None => true,
        });
        ours
    }

    pub(crate) fn prepend(&mut self, parameter: FnArg) {
        let inputs = std::mem::take(&mut self.sig.inputs);
        self.sig.inputs = std::iter::once(parameter).chain(inputs).collect();
    }

    /// Takes off the guard parameter that an earlier expansion of ours has put there, and gives its policy.
    ///
    /// Attributes that stand side by side are folded in one expansion. This is for those which that expansion cannot
    /// see: under a `cfg_attr`, or imported by another name.
    pub(crate) fn take_guard(&mut self) -> Option<syn::Path> {
        let policy = match self.sig.inputs.first()? {
            FnArg::Typed(parameter) => guarded_by(&parameter.ty)?,
            FnArg::Receiver(_) => return None,
        };
        self.sig.inputs = std::mem::take(&mut self.sig.inputs).into_iter().skip(1).collect();
        Some(policy)
    }
}

/// All that the attributes of one handler demand, in the order in which they stand.
#[derive(Default)]
pub(crate) struct Demands {
    /// Every one of these must be met.
    pub(crate) guards: Vec<Term>,
    /// The conditions of `#[authorize(..)]`.
    pub(crate) conditions: Vec<syn::Expr>,
    /// The policy of a guard that an earlier expansion has put there.
    pub(crate) inherited: Option<syn::Path>,
}

impl Demands {
    /// Reads the attribute that rustc called us for and takes all others of ours off `handler`.
    pub(crate) fn read(outer: Attr, handler: &mut Handler, errors: &mut Errors) -> Self {
        let mut demands = Self::default();
        if let Some(policy) = handler.take_guard() {
            demands.guards.push(Term::new(policy.span(), Kind::Policy(policy.clone())));
            demands.inherited = Some(policy);
        }
        for attr in std::iter::once(Ok(outer)).chain(handler.take_attrs()) {
            match errors.keep(attr).and_then(|attr| read(attr, errors)) {
                Some(Demand::Guard(term)) => demands.guards.push(term),
                Some(Demand::Authorize(condition)) => demands.conditions.push(condition),
                None => {}
            }
        }
        demands
    }
}

impl Demands {
    /// The one requirement that all guards together are.
    pub(crate) fn fold(&self, span: Span) -> Term {
        let parts = self.guards.iter().flat_map(|guard| match &guard.kind {
            Kind::All(parts) => parts.clone(),
            _ => vec![guard.clone()],
        });
        Term::all(span, parts.collect())
    }
}

/// The policy `P` of a type `::auth_core::__private::Guard<P>`, which nobody but us writes.
fn guarded_by(ty: &Type) -> Option<syn::Path> {
    let Type::Path(ty) = ty else { return None };
    let last = ty.path.segments.last()?;
    let ours = last.ident == "Guard" && ty.path.segments.iter().any(|segment| segment.ident == "__private");
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(Type::Path(policy))) if ours => Some(policy.path.clone()),
        _ => None,
    }
}

/// What kind of item it is, in the user's words, if it is not a function.
pub(crate) fn foreign_item(item: &TokenStream) -> Option<(Span, &'static str)> {
    let keyword = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let found = if input.peek(Token![struct]) {
            Some("a struct")
        } else if input.peek(Token![enum]) {
            Some("an enum")
        } else if input.peek(Token![trait]) {
            Some("a trait")
        } else if input.peek(Token![mod]) {
            Some("a module")
        } else if input.peek(Token![impl]) {
            Some("an impl block")
        } else if input.peek(Token![static]) || (input.peek(Token![const]) && !input.peek2(Token![fn])) {
            Some("a constant")
        } else if input.peek(Token![type]) {
            Some("a type alias")
        } else if input.peek(Token![use]) {
            Some("an import")
        } else {
            None
        };
        let span = input.span();
        input.parse::<TokenStream>()?;
        Ok(found.map(|found| (span, found)))
    };
    syn::parse::Parser::parse2(keyword, item.clone()).ok().flatten()
}

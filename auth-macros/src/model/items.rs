//! Modules and impl blocks. Only the heads of their items are parsed; bodies stay tokens.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, Generics, Ident, ItemImpl, Path, Token, Type, Visibility, braced, token};

use super::{Attr, Handler};

/// An inline module.
#[derive(Clone)]
pub(crate) struct Module {
    pub(crate) attrs: Vec<Attribute>,
    vis: Visibility,
    mod_token: Token![mod],
    pub(crate) name: Ident,
    brace: token::Brace,
    inner_attrs: Vec<Attribute>,
    pub(crate) items: Vec<Item>,
}

/// An impl block.
#[derive(Clone)]
pub(crate) struct Impl {
    pub(crate) attrs: Vec<Attribute>,
    /// From `impl` to the braces.
    head: TokenStream,
    /// The last segment of the type's path.
    pub(crate) type_name: Option<Ident>,
    /// The type as written.
    pub(crate) type_tokens: String,
    /// The implemented trait.
    pub(crate) of_trait: Option<Path>,
    pub(crate) generics: Generics,
    pub(crate) self_type: Type,
    brace: token::Brace,
    inner_attrs: Vec<Attribute>,
    pub(crate) items: Vec<Item>,
}

/// An item of a module or an impl block.
#[derive(Clone)]
pub(crate) enum Item {
    Fn(Box<Handler>),
    Mod(Box<Module>),
    Impl(Box<Impl>),
    /// A module in another file.
    FileMod(Ident, TokenStream),
    /// The call of a macro.
    Macro(Path, TokenStream),
    /// A `use` with a visibility.
    Export(Visibility, TokenStream),
    Other(TokenStream),
}

impl Parse for Module {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        Ok(Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            mod_token: input.parse()?,
            name: input.parse()?,
            brace: braced!(content in input),
            inner_attrs: content.call(Attribute::parse_inner)?,
            items: items(&content)?,
        })
    }
}

impl Module {
    /// The module with its items replaced by their expansions.
    pub(crate) fn with(&self, items: &[TokenStream]) -> TokenStream {
        let Self { attrs, vis, mod_token, name, inner_attrs, .. } = self;
        let mut module = quote!(#(#attrs)* #vis #mod_token #name);
        self.brace.surround(&mut module, |inside| inside.extend(quote!(#(#inner_attrs)* #(#items)*)));
        module
    }

    /// Whether an earlier expansion has guarded its handlers.
    pub(crate) fn is_covered(&self) -> bool {
        are_covered(&self.items)
    }

    /// Whether it contains tests only, and so no handlers.
    pub(crate) fn is_for_tests(&self) -> bool {
        self.attrs
            .iter()
            .any(|attr| attr.path().is_ident("cfg") && attr.parse_args::<Ident>().is_ok_and(|of| of == "test"))
    }
}

impl Parse for Impl {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let mut head = TokenStream::new();
        while !(input.peek(token::Brace) && input.fork().parse::<Last>().is_ok()) {
            input.parse::<TokenTree>()?.to_tokens(&mut head);
        }
        let read: ItemImpl = syn::parse2(quote!(#head {}))?;
        let last = |path: &syn::Path| path.segments.last().map(|segment| segment.ident.clone());
        let type_name = match &*read.self_ty {
            Type::Path(ty) => last(&ty.path),
            _ => None,
        };
        let type_tokens = read.self_ty.to_token_stream().to_string();
        let of_trait = read.trait_.map(|(.., path, _)| path);
        let content;
        let brace = braced!(content in input);
        let inner_attrs = content.call(Attribute::parse_inner)?;
        let items = items(&content)?;
        let (generics, self_type) = (read.generics, *read.self_ty);
        Ok(Self { attrs, head, type_name, type_tokens, of_trait, generics, self_type, brace, inner_attrs, items })
    }
}

/// The braces that end an item.
struct Last;

impl Parse for Last {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<TokenTree>()?;
        if input.is_empty() { Ok(Self) } else { Err(input.error("expected the end of the item")) }
    }
}

impl Impl {
    /// Whether one of our attributes is above it.
    pub(crate) fn has_ours(&self) -> bool {
        self.attrs.iter().any(|attr| Attr::inner(attr).is_some())
    }

    /// Whether it has generic parameters.
    pub(crate) fn is_generic(&self) -> bool {
        self.generics.lt_token.is_some()
    }

    /// Whether an earlier expansion has guarded its handlers.
    pub(crate) fn is_covered(&self) -> bool {
        are_covered(&self.items)
    }

    /// The impl block with its items replaced by their expansions.
    pub(crate) fn with(&self, items: &[TokenStream]) -> TokenStream {
        let Self { attrs, head, inner_attrs, .. } = self;
        let mut block = quote!(#(#attrs)* #head);
        self.brace.surround(&mut block, |inside| inside.extend(quote!(#(#inner_attrs)* #(#items)*)));
        block
    }
}

impl ToTokens for Impl {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.with(&self.items.iter().map(ToTokens::to_token_stream).collect::<Vec<_>>()));
    }
}

fn are_covered(items: &[Item]) -> bool {
    items.iter().any(|item| match item {
        Item::Fn(handler) => handler.has_evidence(),
        Item::Mod(module) => module.is_covered(),
        Item::Impl(block) => block.is_covered(),
        _ => false,
    })
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let unchanged = |items: &[Self]| items.iter().map(ToTokens::to_token_stream).collect::<Vec<_>>();
        match self {
            Self::Fn(handler) => handler.to_tokens(tokens),
            Self::Mod(module) => tokens.extend(module.with(&unchanged(&module.items))),
            Self::Impl(block) => block.to_tokens(tokens),
            Self::FileMod(_, item) | Self::Macro(_, item) | Self::Export(_, item) | Self::Other(item) => {
                item.to_tokens(tokens);
            }
        }
    }
}

fn items(input: ParseStream<'_>) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(input.call(item)?);
    }
    Ok(items)
}

fn item(input: ParseStream<'_>) -> syn::Result<Item> {
    if let Some(passed) = passed_item(input) {
        input.parse::<TokenTree>()?;
        return item.parse2(passed);
    }
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    let vis = ahead.parse::<Visibility>()?;
    if is_function(&ahead) {
        return input.parse().map(Box::new).map(Item::Fn);
    }
    if ahead.peek(Token![mod]) && ahead.peek3(token::Brace) {
        return input.parse().map(Box::new).map(Item::Mod);
    }
    if ahead.peek(Token![impl]) {
        return other(input, false).and_then(syn::parse2).map(Box::new).map(Item::Impl);
    }
    let to_semicolon =
        [ahead.peek(Token![const]), ahead.peek(Token![static]), ahead.peek(Token![use]), ahead.peek(Token![type])];
    let is_import = ahead.peek(Token![use]) || (ahead.peek(Token![extern]) && ahead.peek2(Token![crate]));
    let file_mod = ahead.parse::<Token![mod]>().and_then(|_| ahead.parse::<Ident>()).ok();
    let called =
        ahead.call(Path::parse_mod_style).ok().filter(|path| ahead.peek(Token![!]) && !path.is_ident("macro_rules"));
    let tokens = other(input, to_semicolon.contains(&true))?;
    Ok(match (file_mod, called) {
        (Some(name), _) => Item::FileMod(name, tokens),
        (None, Some(path)) => Item::Macro(path, tokens),
        (None, None) if is_import && !matches!(vis, Visibility::Inherited) => Item::Export(vis, tokens),
        (None, None) => Item::Other(tokens),
    })
}

/// The item that a `macro_rules!` has passed on as a whole (`$item:item`), in invisible delimiters.
fn passed_item(input: ParseStream<'_>) -> Option<TokenStream> {
    let (inner, ..) = input.cursor().group(Delimiter::None)?;
    let tokens = inner.token_stream();
    let ends_item = match tokens.clone().into_iter().last()? {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        _ => false,
    };
    ends_item.then_some(tokens)
}

/// Whether a function begins here, after its visibility.
fn is_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let qualifiers = |input: ParseStream<'_>| -> syn::Result<()> {
        input.parse::<Option<Token![const]>>()?;
        input.parse::<Option<Token![async]>>()?;
        input.parse::<Option<Token![unsafe]>>()?;
        input.parse::<Option<syn::Abi>>()?;
        Ok(())
    };
    qualifiers(&ahead).is_ok() && ahead.peek(Token![fn])
}

/// Any other item: to its semicolon, or to its braces if they end it.
fn other(input: ParseStream<'_>, to_semicolon: bool) -> syn::Result<TokenStream> {
    let attrs = input.call(Attribute::parse_outer)?;
    let mut tokens = quote!(#(#attrs)*);
    while !input.is_empty() {
        let braces = input.peek(token::Brace);
        let semicolon = input.peek(Token![;]);
        input.parse::<TokenTree>()?.to_tokens(&mut tokens);
        if semicolon || (braces && !to_semicolon) {
            break;
        }
    }
    Ok(tokens)
}

//! A signature, split into its parameters and result.
//!
//! An expansion runs again for every handler of an edited crate, and most of its cost would be parsing patterns and
//! types that are then printed unchanged. rustc has parsed the function before, so commas and colons can be trusted;
//! parts with a meaning for the expansion, and unusual ones, go to syn's parser.

use proc_macro2::{Delimiter, Group, Punct, Spacing, Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{FnArg, Pat, PatType, ReceiverKind, ReturnType, Signature, Token, Type};

/// The position of a function's signature after its attributes and visibility.
pub(super) fn begins(tokens: &[TokenTree]) -> usize {
    let passed = |token: &TokenTree| match token {
        TokenTree::Ident(word) => word == "pub",
        // The brackets of an attribute, the parentheses of `pub(crate)`, and fragments of a `macro_rules!`.
        TokenTree::Group(_) => true,
        TokenTree::Punct(punct) => matches!(punct.as_char(), '#' | '!'),
        TokenTree::Literal(_) => false,
    };
    tokens.iter().take_while(|token| passed(token)).count()
}

/// The position of `Self` in `tokens`.
pub(super) fn self_type(tokens: &[TokenTree]) -> Option<Span> {
    tokens.iter().find_map(|token| match token {
        TokenTree::Ident(word) if word == "Self" => Some(word.span()),
        TokenTree::Group(group) => self_type(&group.stream().into_iter().collect::<Vec<_>>()),
        _ => None,
    })
}

/// Reads the signature in `tokens`.
pub(super) fn read(tokens: Vec<TokenTree>) -> syn::Result<Signature> {
    match plain(&tokens) {
        Some(signature) => signature,
        None => syn::parse2(tokens.into_iter().collect()),
    }
}

/// The signature, unless it needs syn's parser.
fn plain(tokens: &[TokenTree]) -> Option<syn::Result<Signature>> {
    let open = parameters_at(tokens)?;
    let (head, rest) = tokens.split_at_checked(open)?;
    let (TokenTree::Group(group), after) = rest.split_first()? else { return None };
    let inputs = parameters(group)?;
    let output = result(after)?;
    let mut empty = Group::new(Delimiter::Parenthesis, TokenStream::new());
    empty.set_span(group.span());
    let head = head.iter().cloned().chain([TokenTree::Group(empty)]).collect();
    Some(syn::parse2::<Signature>(head).map(|head| Signature { inputs, output, ..head }))
}

/// The position of the parameters: the first parentheses after the name that are not part of generic parameters.
fn parameters_at(tokens: &[TokenTree]) -> Option<usize> {
    let mut angles = Angles::default();
    let name = tokens.iter().position(|token| matches!(token, TokenTree::Ident(word) if word == "fn"))?;
    tokens.iter().enumerate().skip(name).find_map(|(at, token)| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis && angles.outside() => Some(at),
        TokenTree::Punct(punct) => {
            angles.pass(punct);
            None
        }
        _ => None,
    })
}

fn parameters(group: &Group) -> Option<Punctuated<FnArg, Token![,]>> {
    let mut inputs = Punctuated::new();
    let mut angles = Angles::default();
    let mut current = Vec::new();
    for token in group.stream() {
        if let TokenTree::Punct(punct) = &token {
            angles.pass(punct);
            if punct.as_char() == ',' && angles.outside() {
                let first = inputs.is_empty();
                inputs.push_value(parameter(&std::mem::take(&mut current), first)?);
                inputs.push_punct(Token![,](punct.span()));
                continue;
            }
        }
        current.push(token);
    }
    if !current.is_empty() {
        let first = inputs.is_empty();
        inputs.push_value(parameter(&current, first)?);
    }
    angles.outside().then_some(inputs)
}

/// `pattern: type`. Not `self`, nor anything else that a check reads: `impl Trait`, attributes, a guard of ours.
fn parameter(tokens: &[TokenTree], first: bool) -> Option<FnArg> {
    let colon = tokens.iter().enumerate().position(|(at, token)| {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        matches!(token, TokenTree::Punct(colon) if colon.as_char() == ':' && colon.spacing() == Spacing::Alone)
            && !matches!(before, Some(TokenTree::Punct(half)) if half.as_char() == ':')
    })?;
    let (pattern, rest) = tokens.split_at_checked(colon)?;
    let (colon, ty) = rest.split_first()?;
    let is = |token: Option<&TokenTree>, word: &str| matches!(token, Some(TokenTree::Ident(ident)) if ident == word);
    let attribute = matches!(pattern.first(), Some(TokenTree::Punct(_)));
    let ours = first && (is(pattern.last(), "self") || ty.iter().any(|token| is(Some(token), "__private")));
    if pattern.is_empty() || ty.is_empty() || attribute || ours || is(ty.first(), "impl") {
        return None;
    }
    Some(FnArg::Typed(PatType {
        attrs: Vec::new(),
        pat: Box::new(Pat::Verbatim(pattern.iter().cloned().collect())),
        colon_token: Token![:](colon.span()),
        ty: Box::new(Type::Verbatim(ty.iter().cloned().collect())),
    }))
}

/// `-> type`, or nothing. Not a `where`.
fn result(tokens: &[TokenTree]) -> Option<ReturnType> {
    let (arrow, ty) = match tokens {
        [] => return Some(ReturnType::Default),
        [TokenTree::Punct(dash), TokenTree::Punct(head), ty @ ..]
            if dash.as_char() == '-' && head.as_char() == '>' && !ty.is_empty() =>
        {
            ([dash.span(), head.span()], ty)
        }
        _ => return None,
    };
    let word_where = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "where");
    let ty = Box::new(Type::Verbatim(ty.iter().cloned().collect()));
    (!tokens.iter().any(word_where)).then(|| ReturnType::Type(Token![->](arrow), ty))
}

/// Depth of `<..>`.
#[derive(Default)]
pub(crate) struct Angles {
    depth: usize,
    /// Whether the last token was `-`, which makes `>` part of an arrow.
    dash: bool,
}

impl Angles {
    pub(crate) fn pass(&mut self, punct: &Punct) {
        match punct.as_char() {
            '<' => self.depth += 1,
            '>' if !self.dash => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.dash = punct.as_char() == '-' && punct.spacing() == Spacing::Joint;
    }

    pub(crate) const fn outside(&self) -> bool {
        self.depth == 0
    }

    /// Whether `token` ends an argument that began at depth zero.
    pub(crate) fn ends_argument(&self, token: &TokenTree) -> bool {
        let TokenTree::Punct(punct) = token else { return false };
        self.outside() && (punct.as_char() == ',' || (punct.as_char() == '>' && !self.dash))
    }
}

/// Whether a function takes `self` by value: a router can call it if the type is an extractor. No crate can make `Arc<Self>`
/// one.
pub(crate) fn takes_self_by_value(sig: &Signature) -> bool {
    sig.receiver().is_some_and(|receiver| match &receiver.kind {
        ReceiverKind::Reference(..) => false,
        ReceiverKind::Typed(_, ty) => match &**ty {
            Type::Reference(_) => false,
            Type::Path(ty) => ty.path.segments.last().is_none_or(|last| last.ident != "Arc" && last.ident != "Rc"),
            _ => true,
        },
        _ => true,
    })
}

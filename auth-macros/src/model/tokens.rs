//! What tokens that no parser has read mean.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

use super::Angles;

/// Whether an item can begin after these tokens.
pub(crate) fn can_begin_item(before: &[TokenTree]) -> bool {
    match before.last() {
        None => true,
        Some(TokenTree::Group(group)) => group.delimiter() != Delimiter::None,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ';',
        Some(TokenTree::Ident(word)) => ["pub", "default", "unsafe"].iter().any(|it| word == it),
        Some(TokenTree::Literal(_)) => false,
    }
}

/// Whether the block of an implementation begins with this token.
pub(crate) fn begins_impl(before: &[TokenTree], token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(word) if word == "impl") && can_begin_item(before)
}

/// Whether a type names a future, by the end of a name in it.
pub(crate) fn says_future(tokens: TokenStream) -> bool {
    find_name(tokens, &|name| name.ends_with("Future")).is_some()
}

/// Whether these parameters could all be extractors: none is a reference to what may not be static or, unless `shared`, an `Arc`
/// or `Rc` of `self`, which is an extractor where the application makes it one.
pub(crate) fn could_be_extracted(parameters: TokenStream, shared: bool) -> bool {
    let (mut angles, mut is_receiver) = (Angles::default(), false);
    let tokens: Vec<_> = parameters.into_iter().collect();
    let is_static = |at: usize| {
        matches!(tokens.get(at + 1), Some(TokenTree::Punct(quote)) if quote.as_char() == '\'')
            && matches!(tokens.get(at + 2), Some(TokenTree::Ident(name)) if name == "static")
    };
    !tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Ident(word) => {
            is_receiver |= word == "self" && angles.outside();
            !shared && is_receiver && angles.outside() && (word == "Arc" || word == "Rc")
        }
        TokenTree::Punct(punct) => {
            angles.pass(punct);
            punct.as_char() == '&' && angles.outside() && !is_static(at)
        }
        _ => false,
    })
}

/// The first of these names in `tokens`.
pub(crate) fn find_name(tokens: TokenStream, is_meant: &dyn Fn(&str) -> bool) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(word) if is_meant(&word.to_string()) => Some(word.span()),
        TokenTree::Group(group) => find_name(group.stream(), is_meant),
        _ => None,
    })
}

/// axum's routers, and those of utoipa-axum and aide around them.
const PLAIN_ROUTERS: [&str; 4] = ["Router", "MethodRouter", "OpenApiRouter", "ApiRouter"];

/// Where a type names a router that takes handlers without evidence.
pub(crate) fn plain_router(ty: TokenStream) -> Option<Span> {
    find_name(ty, &|name| PLAIN_ROUTERS.contains(&name))
}

/// A function, by its tokens after `fn`.
pub(crate) struct Head<'a> {
    pub(crate) name: &'a TokenTree,
    pub(crate) parameters: TokenStream,
    /// The type of the result, which may be empty.
    pub(crate) result: &'a [TokenTree],
    /// The position of the body, if it has one.
    pub(crate) body: Option<usize>,
}

impl<'a> Head<'a> {
    pub(crate) fn read(tokens: &'a [TokenTree]) -> Option<Self> {
        let mut angles = Angles::default();
        let mut outside = tokens.iter().enumerate().filter(|(_, token)| {
            if let TokenTree::Punct(punct) = token {
                angles.pass(punct);
            }
            angles.outside()
        });
        let (open, parameters) = outside.find_map(|(at, token)| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some((at, group.stream())),
            _ => None,
        })?;
        // In a `macro_rules!` it is `$name`. A type `fn()` has none.
        let name = tokens.get(..open)?.iter().find(|token| matches!(token, TokenTree::Ident(_)))?;
        let (mut end, mut body) = (None, None);
        for (at, token) in outside {
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => body = Some(at),
                TokenTree::Punct(punct) if punct.as_char() == ';' => {}
                TokenTree::Ident(word) if word == "where" => {
                    end = end.or(Some(at));
                    continue;
                }
                _ => continue,
            }
            end = end.or(Some(at));
            break;
        }
        let has_result = matches!(tokens.get(open + 1), Some(TokenTree::Punct(dash)) if dash.as_char() == '-');
        let result = if has_result { tokens.get(open + 3..end.unwrap_or(tokens.len())) } else { None };
        Some(Self { name, parameters, result: result.unwrap_or_default(), body })
    }
}

/// A constant or static variable, by its tokens after `const` or `static`.
pub(crate) struct Constant<'a> {
    pub(crate) ty: &'a [TokenTree],
    /// The position of the initial value, and of the semicolon behind it.
    pub(crate) value: Option<(usize, usize)>,
}

impl<'a> Constant<'a> {
    pub(crate) fn read(tokens: &'a [TokenTree]) -> Option<Self> {
        let is = |at: usize, of: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == of);
        let name = usize::from(matches!(tokens.first(), Some(TokenTree::Ident(word)) if word == "mut"));
        if !matches!(tokens.get(name), Some(TokenTree::Ident(_))) || !is(name + 1, ':') {
            return None;
        }
        let mut angles = Angles::default();
        let ty_end = tokens.iter().enumerate().position(|(at, token)| {
            if let TokenTree::Punct(punct) = token {
                angles.pass(punct);
            }
            angles.outside() && (is(at, '=') || is(at, ';'))
        })?;
        let end = (ty_end..tokens.len()).find(|at| is(*at, ';'))?;
        let value = is(ty_end, '=').then_some((ty_end + 1, end));
        Some(Self { ty: tokens.get(name + 2..ty_end)?, value })
    }
}

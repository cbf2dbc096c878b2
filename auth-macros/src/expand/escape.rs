//! Checks inside guarded modules and impl blocks of what a function or a constant gives to code outside: no future, no
//! function that returns one, and no plain router, by whatever name.
//!
//! Each check stands in the body or the initial value itself, in a closure that is never called, so that every name means what
//! it means to the user.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};

use super::span::{as_ours, marked};
use crate::model::{Angles, Constant, Head, begins_impl, can_begin_item, could_be_extracted, plain_router};
use crate::paths::private_at;

/// Types that are surely neither a future, a function nor a router.
const PLAIN: [&str; 17] = [
    "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16", "u32", "u64", "u8",
    "usize", "String",
];

/// Which functions get a check for a future.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Futures {
    /// Those inside of other functions: the others have one beside them.
    Nested,
    All,
}

/// Adds checks to every function and constant in `tokens`.
pub(super) fn checked(tokens: TokenStream, futures: Futures) -> TokenStream {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut output = TokenStream::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let (before, after) = (tokens.get(..at).unwrap_or_default(), tokens.get(at + 1..).unwrap_or_default());
        at += 1;
        match token {
            TokenTree::Ident(word) if word == "fn" => {
                token.to_tokens(&mut output);
                at += function(after, futures, &mut output);
            }
            TokenTree::Ident(word) if (word == "const" || word == "static") && can_begin_item(before) => {
                token.to_tokens(&mut output);
                at += constant(after, futures, &mut output);
            }
            TokenTree::Group(group) if !belongs_to_macro(before) => {
                output.extend([changed(group, |stream| checked(stream, futures))]);
            }
            token => token.to_tokens(&mut output),
        }
    }
    output
}

/// Adds checks to the impl blocks in the body of a handler: code elsewhere can name their functions, and nothing else in there.
pub(super) fn checked_impls(body: TokenStream) -> TokenStream {
    let tokens: Vec<_> = body.into_iter().collect();
    let mut is_impl = false;
    let with_checks = tokens.iter().enumerate().map(|(at, token)| {
        let before = tokens.get(..at).unwrap_or_default();
        is_impl |= begins_impl(before, token);
        match token {
            TokenTree::Group(group) if is_impl && group.delimiter() == Delimiter::Brace => {
                is_impl = false;
                changed(group, |stream| checked(stream, Futures::All))
            }
            TokenTree::Group(group) if !belongs_to_macro(before) => changed(group, checked_impls),
            token => token.clone(),
        }
    });
    with_checks.collect()
}

fn changed(group: &Group, change: impl FnOnce(TokenStream) -> TokenStream) -> TokenTree {
    let mut changed = Group::new(group.delimiter(), change(group.stream()));
    changed.set_span(group.span());
    changed.into()
}

/// Passes the tokens after `fn` up to the end of the function, adds its checks, and returns their number. Of a type `fn()`,
/// or a function without a body, none.
fn function(tokens: &[TokenTree], futures: Futures, output: &mut TokenStream) -> usize {
    let Some(head) = Head::read(tokens) else { return 0 };
    let Some((at, TokenTree::Group(block))) = head.body.and_then(|at| Some((at, tokens.get(at)?))) else { return 0 };
    output.extend(tokens.iter().take(at).cloned());
    let is_callable = futures == Futures::All && could_be_extracted(head.parameters.clone(), false);
    let of_result = checks(&head.result.iter().cloned().collect(), is_callable);
    let of_parameters = checks_of_parameters(&head.parameters);
    let checks = never_called(&quote!(#of_result #of_parameters));
    output.extend([changed(block, |body| {
        let (inner, statements) = inner_attributes(checked(body, Futures::All));
        // In a block of their own, so that no item of the user's stands behind a statement.
        if checks.is_empty() { quote!(#inner #statements) } else { quote!(#inner #checks { #statements }) }
    })]);
    at + 1
}

/// Passes the tokens after `const` or `static` up to the end of the value, and returns their number.
fn constant(tokens: &[TokenTree], futures: Futures, output: &mut TokenStream) -> usize {
    let Some(Constant { ty, value: Some((begin, end)) }) = Constant::read(tokens) else { return 0 };
    output.extend(tokens.iter().take(begin).cloned());
    let checks = never_called(&checks(&ty.iter().cloned().collect(), false));
    let value = checked(tokens.get(begin..end).unwrap_or_default().iter().cloned().collect(), futures);
    if checks.is_empty() {
        output.extend(value);
    } else {
        let span = marked(Span::call_site());
        output.extend(quote_spanned!(span=> { #checks #value }));
    }
    end
}

/// The checks of a value of type `ty`.
fn checks(ty: &TokenStream, is_callable: bool) -> TokenStream {
    let mut checks = TokenStream::new();
    let results = results(ty);
    if can_be_named(ty) && results.is_empty() {
        checks.extend(no_function(ty));
        if is_callable {
            checks.extend(check(ty, "no_future", "kind"));
        }
    }
    for result in results.iter().filter(|result| can_be_named(result)) {
        checks.extend(check(result, "no_future", "kind"));
    }
    // A router by its own name is reported already.
    if plain_router(ty.clone()).is_none() {
        let routers = results.iter().chain([ty]).filter(|ty| can_be_named(ty));
        checks.extend(routers.map(|ty| check(ty, "no_router", "router")));
        checks.extend(parts(ty).iter().map(check_part));
    }
    checks
}

/// The check of a type that may be a function, whatever its parameters, or any handler: one error for both.
fn no_function(ty: &TokenStream) -> TokenStream {
    let span = marked(ty.clone().into_iter().next().map_or_else(Span::call_site, |first| first.span()));
    let private = private_at(span);
    // The lifetimes of `Self` cannot be inferred.
    let is_of_self = has_word(ty, "Self");
    let ty = inferred(ty);
    let value = quote_spanned!(span=> #private::Returned(#private::any::<#ty>()));
    let handler =
        if is_of_self { quote_spanned!(span=> #private::NoFuture) } else { quote_spanned!(span=> #value.handler()) };
    quote_spanned!(span=> #private::no_function((#value.function(), #handler));)
}

/// The type as the checks name it: rustc infers its lifetimes. `IntoResponse` for `&'static str` decides on each `&str`, and
/// would demand of a named lifetime that it is `'static`.
fn inferred(ty: &TokenStream) -> TokenStream {
    if has_word(ty, "for") { as_ours(ty.clone()) } else { as_ours(without_lifetimes(ty)) }
}

fn without_lifetimes(ty: &TokenStream) -> TokenStream {
    let mut is_lifetime = false;
    let inferred = |token| match token {
        TokenTree::Ident(name) if is_lifetime && name != "static" => {
            is_lifetime = false;
            TokenTree::Ident(Ident::new("_", name.span()))
        }
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), without_lifetimes(&group.stream()));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        token => {
            is_lifetime = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
            token
        }
    };
    ty.clone().into_iter().map(inferred).collect()
}

fn can_be_named(ty: &TokenStream) -> bool {
    !has_word(ty, "impl") && !is_plain(ty)
}

/// The checks of what a function can put into its parameters.
fn checks_of_parameters(parameters: &TokenStream) -> TokenStream {
    let written = mutable(parameters);
    let checks = written.iter().map(|ty| {
        let results = results(ty);
        let futures = results.iter().filter(|it| can_be_named(it)).map(|result| check(result, "no_future", "kind"));
        let parts = if plain_router(ty.clone()).is_none() { parts(ty) } else { vec![] };
        let parts = parts.iter().map(check_part);
        quote!(#(#futures)* #(#parts)*)
    });
    checks.collect()
}

/// Checks in a closure that is never called.
fn never_called(checks: &TokenStream) -> TokenStream {
    if checks.is_empty() {
        return TokenStream::new();
    }
    let span = marked(Span::call_site());
    let private = private_at(span);
    quote_spanned! {span=>
        let _ = || {
            use #private::answers::*;
            #checks
        };
    }
}

/// The checks of a type within another. Behind a reference it need not have a size, and a function is still one.
fn check_part(ty: &TokenStream) -> TokenStream {
    let span = marked(ty.clone().into_iter().next().map_or_else(Span::call_site, |first| first.span()));
    let (private, ty) = (private_at(span), inferred(ty));
    quote_spanned! {span=>
        #private::no_handler(#private::Returned(#private::any::<&#ty>()).handler());
        #private::no_router(#private::Returned(#private::any::<&#ty>()).router());
    }
}

fn check(ty: &TokenStream, check: &str, kind: &str) -> TokenStream {
    let span = marked(ty.clone().into_iter().next().map_or_else(Span::call_site, |first| first.span()));
    let private = private_at(span);
    let (check, kind, ty) = (Ident::new(check, span), Ident::new(kind, span), inferred(ty));
    quote_spanned!(span=> #private::#check(#private::Returned(#private::any::<#ty>()).#kind());)
}

/// The results of the functions that `ty` names as `fn(A) -> R`, `dyn Fn(A) -> R` and so on, and that a router could call.
fn results(ty: &TokenStream) -> Vec<TokenStream> {
    let tokens: Vec<_> = ty.clone().into_iter().collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => found.extend(results(&group.stream())),
            TokenTree::Ident(word) if ["fn", "Fn", "FnMut", "FnOnce"].iter().any(|it| word == it) => {
                let [TokenTree::Group(parameters), TokenTree::Punct(dash), TokenTree::Punct(_), rest @ ..] =
                    tokens.get(at + 1..).unwrap_or_default()
                else {
                    continue;
                };
                if dash.as_char() == '-' && could_be_extracted(parameters.stream(), false) {
                    let mut angles = Angles::default();
                    let ends = |token: &&TokenTree| {
                        let ends = angles.ends_argument(token)
                            || angles.outside()
                                && matches!(token, TokenTree::Punct(punct) if ['+', '='].contains(&punct.as_char()));
                        if let TokenTree::Punct(punct) = token {
                            angles.pass(punct);
                        }
                        !ends
                    };
                    found.push(rest.iter().take_while(ends).cloned().collect());
                }
            }
            _ => {}
        }
    }
    found
}

/// The paths within `ty`, which may be other names: generic arguments, elements of tuples, lists and references.
///
/// Not those in types that this cannot take apart, and no name in the form of a constant: it may be a length.
fn parts(ty: &TokenStream) -> Vec<TokenStream> {
    let unknown = ["dyn", "impl", "for", "fn", "Fn", "FnMut", "FnOnce", "as"];
    if unknown.iter().any(|word| has_word(ty, word)) {
        return vec![];
    }
    let mut found = Vec::new();
    collect_parts(&ty.clone().into_iter().collect::<Vec<_>>(), true, &mut found);
    found
}

/// The paths in `tokens`, without the first one if it is the whole type.
fn collect_parts(tokens: &[TokenTree], is_whole: bool, found: &mut Vec<TokenStream>) {
    let is = |at: usize, of: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == of);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            // A lifetime.
            TokenTree::Punct(punct) if punct.as_char() == '\'' => at += 2,
            // The length of an array.
            TokenTree::Punct(punct) if punct.as_char() == ';' => return,
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {
                collect_parts(&group.stream().into_iter().collect::<Vec<_>>(), false, found);
                at += 1;
            }
            TokenTree::Ident(word) if word != "mut" && !is(at + 1, '=') && !is(at + 1, '!') => {
                let begins = if is(at.wrapping_sub(1), ':') { at.saturating_sub(2) } else { at };
                let end = path_end(tokens, at);
                let path = tokens.get(begins..end).unwrap_or_default();
                if !(is_whole && begins == 0 && end == tokens.len()) && may_be_another_name(path) {
                    found.push(path.iter().cloned().collect());
                }
                let arguments = tokens.get(at..end).unwrap_or_default();
                let open = arguments.iter().position(|it| matches!(it, TokenTree::Punct(it) if it.as_char() == '<'));
                if let Some(inner) = open.and_then(|open| arguments.get(open + 1..arguments.len() - 1)) {
                    collect_parts(inner, false, found);
                }
                at = end;
            }
            _ => at += 1,
        }
    }
}

/// The end of the path that begins at `at`.
fn path_end(tokens: &[TokenTree], at: usize) -> usize {
    let mut angles = Angles::default();
    let mut end = at;
    while let Some(token) = tokens.get(end) {
        let continues = match token {
            TokenTree::Punct(punct) => {
                let inside = !angles.outside();
                angles.pass(punct);
                inside || matches!(punct.as_char(), '<' | ':')
            }
            TokenTree::Ident(_) => {
                end == at
                    || !angles.outside()
                    || matches!(tokens.get(end - 1), Some(TokenTree::Punct(it)) if it.as_char() == ':')
            }
            _ => !angles.outside(),
        };
        if !continues {
            break;
        }
        end += 1;
    }
    end
}

/// Whether a path may name a function or a router: by its last name, which is of no type of the standard library that all know.
fn may_be_another_name(path: &[TokenTree]) -> bool {
    const KNOWN: [&str; 12] =
        ["Option", "Result", "Vec", "Box", "Arc", "Rc", "Cow", "HashMap", "BTreeMap", "LazyLock", "str", "Self"];
    let outside = path.iter().take_while(|token| !matches!(token, TokenTree::Punct(it) if it.as_char() == '<'));
    let last = outside.filter_map(|token| if let TokenTree::Ident(word) = token { Some(word) } else { None }).last();
    last.is_some_and(|last| {
        let last = last.to_string();
        last.contains(char::is_lowercase) && !KNOWN.contains(&&*last) && !PLAIN.contains(&&*last)
    })
}

/// The types of the parameters that are references by which a function can give something out.
fn mutable(parameters: &TokenStream) -> Vec<TokenStream> {
    let tokens: Vec<_> = parameters.clone().into_iter().collect();
    let is = |at: usize, of: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == of);
    let mut found = Vec::new();
    let mut angles = Angles::default();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Punct(punct) = token else { continue };
        angles.pass(punct);
        if punct.as_char() != '&' || !angles.outside() || !is(at.wrapping_sub(1), ':') {
            continue;
        }
        let mutability = if is(at + 1, '\'') { at + 3 } else { at + 1 };
        if !matches!(tokens.get(mutability), Some(TokenTree::Ident(word)) if word == "mut") {
            continue;
        }
        let mut angles = Angles::default();
        let ty = tokens.iter().skip(mutability).take_while(|token| {
            let ends = angles.ends_argument(token);
            if let TokenTree::Punct(punct) = token {
                angles.pass(punct);
            }
            !ends
        });
        // With its `mut`, so that the type itself is one of its parts.
        found.push(ty.cloned().collect());
    }
    found
}

/// Whether `ty` is surely neither a future, a function nor a router: nothing, a reference, or a word of the language.
fn is_plain(ty: &TokenStream) -> bool {
    let mut tokens = ty.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Punct(first)), Some(_)) => {
            first.as_char() == '&' && !has_word(ty, "dyn") || first.as_char() == '!'
        }
        (Some(TokenTree::Ident(word)), None) => PLAIN.iter().any(|plain| word == plain),
        (Some(TokenTree::Punct(never)), None) => never.as_char() == '!',
        (Some(TokenTree::Group(group)), None) => group.stream().is_empty(),
        (None, _) => true,
        _ => false,
    }
}

fn has_word(tokens: &TokenStream, word: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => has_word(&group.stream(), word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The inner attributes of a body, and the rest.
fn inner_attributes(body: TokenStream) -> (TokenStream, TokenStream) {
    let mut tokens: Vec<_> = body.into_iter().collect();
    let is = |at: usize, of: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == of);
    let mut end = 0;
    while is(end, '#') && is(end + 1, '!') {
        end += 3;
    }
    let rest = tokens.split_off(end.min(tokens.len()));
    (tokens.into_iter().collect(), rest.into_iter().collect())
}

/// Whether a group after these tokens belongs to the call or the definition of a macro, which decides what its tokens mean.
fn belongs_to_macro(before: &[TokenTree]) -> bool {
    let is_bang = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '!');
    match before {
        [.., TokenTree::Ident(word), bang, TokenTree::Ident(_)] if word == "macro_rules" => is_bang(bang),
        [.., TokenTree::Ident(_), bang] => is_bang(bang),
        _ => false,
    }
}

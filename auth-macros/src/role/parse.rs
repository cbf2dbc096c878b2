//! Reads a role or permission enum and its `#[role(..)]` or `#[permission(..)]` attributes.

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DeriveInput, Fields, LitStr, Meta, Path, Token, Variant};

use super::case::Case;
use super::inclusion;
use super::model::{EnumKind, Role, RoleEnum};
use crate::args::is_nqchar;
use crate::diagnostics::{Errors, choice, error};

/// A variant with its `#[role(..)]` arguments.
pub(super) struct NamedVariant {
    pub(super) variant: Ident,
    name: String,
    /// The span of the name: the variant, or its `rename`.
    name_span: Span,
    pub(super) includes: Vec<Ident>,
}

/// Reads the enum; `None` after an error, which is in `errors`.
pub(crate) fn parse(kind: EnumKind, input: DeriveInput, errors: &mut Errors) -> Option<RoleEnum> {
    let before = errors.count();
    let variants = variants(kind, &input, errors)?;
    if !input.generics.params.is_empty() {
        let remedy = "remove the parameters";
        let problem = format!("a {} enum cannot have generic parameters", kind.noun());
        errors.add(input.generics.span(), problem, remedy);
    }
    let Arguments { case, auth_core } = arguments(kind, &input.attrs, errors);
    let parsed: Vec<_> = variants.iter().map(|variant| named(kind, variant, case, errors)).collect();
    distinct(kind, &parsed, errors);
    let granted_by = match kind {
        EnumKind::Role => inclusion::close(&parsed, errors),
        EnumKind::Permission => vec![Vec::new(); parsed.len()],
    };
    if errors.count() > before {
        return None;
    }
    let names: Vec<_> = parsed.iter().map(|role| role.name.clone()).collect();
    let roles = parsed.into_iter().zip(granted_by).map(|(role, granted_by)| Role {
        variant: role.variant,
        name: role.name,
        granted_by: granted_by.into_iter().filter_map(|by| names.get(by).cloned()).collect(),
    });
    Some(RoleEnum { vis: input.vis, ident: input.ident, roles: roles.collect(), auth_core })
}

fn variants(kind: EnumKind, input: &DeriveInput, errors: &mut Errors) -> Option<Vec<Variant>> {
    let (token, found) = match &input.data {
        Data::Enum(data) if data.variants.is_empty() => {
            let problem = format!("`{}` has no variants, so it has no {}s", input.ident, kind.noun());
            errors.add(input.ident.span(), problem, format_args!("add a variant for each {}", kind.noun()));
            return None;
        }
        Data::Enum(data) => return Some(data.variants.iter().cloned().collect()),
        Data::Struct(data) => (data.struct_token.span, "a struct"),
        Data::Union(data) => (data.union_token.span, "a union"),
    };
    let (derive, noun) = (kind.derive(), kind.noun());
    let problem = format!("`{derive}` cannot be derived for {found}, because {noun}s are the variants of an enum");
    errors.add(token, problem, format_args!("write `enum {} {{ {} }}`", input.ident, kind.variants()));
    None
}

fn named(kind: EnumKind, variant: &Variant, case: Case, errors: &mut Errors) -> NamedVariant {
    let span = variant.ident.span();
    if !matches!(variant.fields, Fields::Unit) {
        let noun = kind.noun();
        errors.add(
            variant.fields.span(),
            format_args!("the {noun} `{}` carries data, but a {noun} is only a name", variant.ident),
            format_args!("write `{}` without data, and keep the data with the user", variant.ident),
        );
    }
    let name = case.apply(&variant.ident.unraw().to_string());
    let mut named = NamedVariant { variant: variant.ident.clone(), name, name_span: span, includes: Vec::new() };
    let mut seen = Vec::new();
    each_argument(kind, &variant.attrs, errors, |meta| {
        once(meta, &mut seen)?;
        if meta.path.is_ident("rename") {
            let literal = string(meta)?;
            named.name = literal.value();
            named.name_span = literal.span();
            Ok(())
        } else if meta.path.is_ident("includes") && kind == EnumKind::Role {
            named.includes.extend(included(meta)?);
            Ok(())
        } else if meta.path.is_ident("rename_all") {
            Err(error(
                meta.path.span(),
                "`rename_all` belongs above the enum",
                "for one variant write `rename = \"..\"`",
            ))
        } else {
            let known: &[_] = if kind == EnumKind::Role { &["rename", "includes"] } else { &["rename"] };
            Err(unknown(meta, known))
        }
    });
    valid(kind, &named, errors);
    named
}

/// The roles of `includes(A, B)`.
fn included(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<Ident>> {
    const FORM: &str = "write `includes(User)`, with the names of variants of this enum";
    if !meta.input.peek(syn::token::Paren) {
        return Err(error(meta.path.span(), "`includes` takes its roles in parentheses", FORM));
    }
    let content;
    syn::parenthesized!(content in meta.input);
    let mut names = Vec::new();
    while !content.is_empty() {
        let name = Ident::parse_any(&content);
        if name.is_err() || !(content.is_empty() || content.peek(Token![,])) {
            let span = content.span();
            content.parse::<TokenStream>()?;
            return Err(error(span, "`includes` takes the plain names of variants", FORM));
        }
        names.extend(name);
        // The end, or a comma.
        let _ = content.parse::<Token![,]>();
    }
    if names.is_empty() { Err(error(meta.path.span(), "`includes` names no role", FORM)) } else { Ok(names) }
}

/// The arguments of the enum's own attribute.
struct Arguments {
    case: Case,
    auth_core: Option<TokenStream>,
}

fn arguments(kind: EnumKind, attrs: &[Attribute], errors: &mut Errors) -> Arguments {
    let mut case = Case::Pascal;
    let mut auth_core = None;
    let mut seen = Vec::new();
    each_argument(kind, attrs, errors, |meta| {
        once(meta, &mut seen)?;
        if meta.path.is_ident("crate") {
            auth_core = Some(meta.value()?.parse::<Path>()?.into_token_stream());
            return Ok(());
        }
        if !meta.path.is_ident("rename_all") {
            if meta.path.is_ident("rename") || meta.path.is_ident("includes") {
                let remedy = "for all variants write `rename_all = \"kebab-case\"`";
                return Err(error(
                    meta.path.span(),
                    "this argument belongs above a variant, not above the enum",
                    remedy,
                ));
            }
            return Err(unknown(meta, &["rename_all", "crate"]));
        }
        let literal = string(meta)?;
        let name = literal.value();
        case = Case::of(&name).ok_or_else(|| {
            error(literal.span(), format_args!("there is no case {name:?}"), choice(&name, Case::names()))
        })?;
        Ok(())
    });
    Arguments { case, auth_core }
}

/// Runs `read` for each argument of each `#[role(..)]` or `#[permission(..)]`.
fn each_argument(
    kind: EnumKind,
    attrs: &[Attribute],
    errors: &mut Errors,
    mut read: impl FnMut(&ParseNestedMeta<'_>) -> syn::Result<()>,
) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(kind.noun())) {
        if !matches!(attr.meta, Meta::List(_)) {
            let noun = kind.noun();
            let includes = if kind == EnumKind::Role { "`#[role(includes(User))]`, " } else { "" };
            let renames = format!("`#[{noun}(rename = \"..\")]` or `#[{noun}(rename_all = \"..\")]`");
            let problem = format!("`#[{noun}]` has no arguments");
            errors.add(attr.path().span(), problem, format_args!("write {includes}{renames}"));
            continue;
        }
        let result = attr.parse_nested_meta(|meta| {
            // An error in one argument must not hide those that follow.
            if let Some(()) = errors.keep(read(&meta)) {
                return Ok(());
            }
            while !meta.input.is_empty() && !meta.input.peek(Token![,]) {
                meta.input.parse::<proc_macro2::TokenTree>()?;
            }
            Ok(())
        });
        errors.keep(result);
    }
}

fn once(meta: &ParseNestedMeta<'_>, seen: &mut Vec<String>) -> syn::Result<()> {
    let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
    if seen.contains(&key) {
        return Err(error(meta.path.span(), format_args!("`{key}` is given twice"), "remove one of the two"));
    }
    seen.push(key);
    Ok(())
}

fn string(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
    let missing = |span| error(span, format_args!("`{key}` needs a string"), format_args!("write `{key} = \"..\"`"));
    if !meta.input.peek(Token![=]) {
        return Err(missing(meta.path.span()));
    }
    let value = meta.value()?;
    if value.peek(LitStr) {
        return value.parse();
    }
    let Some((name, _)) = value.cursor().ident() else { return Err(missing(value.span())) };
    let remedy = format!("write `{key} = {:?}`", name.unraw().to_string());
    Err(error(value.span(), format_args!("`{key}` needs a string"), remedy))
}

fn unknown(meta: &ParseNestedMeta<'_>, known: &[&'static str]) -> syn::Error {
    let word = crate::args::shown(&meta.path);
    let remedy = if known.contains(&"includes") && word.starts_with(char::is_uppercase) {
        format!("write `includes({word})`")
    } else {
        choice(&word, known.iter().copied())
    };
    error(meta.path.span(), format_args!("there is no argument `{word}` here"), remedy)
}

/// Names appear in the quoted strings of challenges (RFC 6750 section 3).
fn valid(kind: EnumKind, role: &NamedVariant, errors: &mut Errors) {
    let noun = kind.noun();
    let problem = match role.name.chars().find(|c| !is_nqchar(*c)) {
        _ if role.name.is_empty() => format!("a {noun}'s name cannot be empty"),
        Some(bad) => format!("the {noun} name {:?} contains {bad:?}, which an HTTP header cannot carry", role.name),
        None => return,
    };
    let example = format!("`#[{noun}(rename = {:?})]`", kind.name());
    let remedy = format!("use visible ASCII without spaces, quotes and backslashes: {example}");
    errors.add(role.name_span, problem, remedy);
}

fn distinct(kind: EnumKind, roles: &[NamedVariant], errors: &mut Errors) {
    let mut first: HashMap<&str, &Ident> = HashMap::new();
    for role in roles.iter().filter(|role| !role.name.is_empty()) {
        if let Some(other) = first.get(&*role.name) {
            let problem = format!("`{}` and `{other}` are both named {:?}", role.variant, role.name);
            let remedy = format!("give one of them another name: `#[{}(rename = \"..\")]`", kind.noun());
            errors.add(role.name_span, problem, remedy);
        } else {
            first.insert(&role.name, &role.variant);
        }
    }
}

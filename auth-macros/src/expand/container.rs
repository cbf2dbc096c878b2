//! Modules and impl blocks: their guard applies to every handler inside.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned as _;
use syn::{Attribute, Path, Visibility};

use super::handler::{guarded, policy_of_ours, split, undecided, uses};
use super::policy::PolicyName;
use super::span::marked;
use crate::args::{Kind, RequirementExpr};
use crate::check;
use crate::diagnostics::Errors;
use crate::model::{Attr, Container, Handler, Impl, Item, Module, Requirements};

/// A guarded module. Its requirement becomes a policy beside it, so that names in the attribute resolve where it is
/// written.
pub(super) fn module(attr: Attr, mut module: Module, errors: &mut Errors) -> TokenStream {
    let span = attr.span;
    let Read { guards, uses } = demanded(Some(attr), &mut module.attrs, errors);
    check::module(span, &module, errors);
    let Some(guards) = guards else { return with_mistake(&module) };
    let named = PolicyName { name: module.name.to_string(), span: module.name.span() };
    let policy = format_ident!("__{}_module_policy", module.name, span = marked(module.name.span()));
    let none = TokenStream::new();
    let declaration =
        policy_of_ours(&policy, &Visibility::Inherited, &named, &RequirementExpr::all(span, guards.clone()), &none);
    let mistakes = errors.count();
    let mut inside = in_module(&module, &guards, &syn::parse_quote!(super::#policy), errors);
    if errors.count() > mistakes {
        // Items named only by the attributes in error would be reported as unused.
        inside = quote!(#[allow(unused)] #inside);
    }
    quote!(#inside #uses #declaration)
}

/// `policy` is the path, from inside the module, of the policy of `guards`.
fn in_module(module: &Module, guards: &[RequirementExpr], policy: &Path, errors: &mut Errors) -> TokenStream {
    let inside = RequirementExpr::new(policy.span(), Kind::Policy(policy.clone()));
    let scope = Container { guards: guards.to_vec(), inside: vec![inside] };
    let mut items = Vec::new();
    for item in &module.items {
        items.push(match item {
            Item::Fn(handler) if handler.is_free_handler() => guarded(None, (**handler).clone(), scope.clone(), errors),
            Item::Mod(deeper) if !deeper.is_for_tests() => {
                in_module(deeper, guards, &syn::parse_quote!(super::#policy), errors)
            }
            Item::Impl(block) => in_impl(None, block, &scope, errors),
            item => item.to_token_stream(),
        });
    }
    module.with(&items)
}

/// A guarded impl block.
pub(super) fn implementation(attr: Attr, block: &Impl, errors: &mut Errors) -> TokenStream {
    in_impl(Some(attr), block, &Container::default(), errors)
}

fn in_impl(attr: Option<Attr>, block: &Impl, around: &Container, errors: &mut Errors) -> TokenStream {
    let mut block = block.clone();
    let mistakes = errors.count();
    let Read { guards, uses: mut declarations } = demanded(attr, &mut block.attrs, errors);
    check::implementation(&block, errors);
    if block.of_trait.is_some() {
        return block.with(&block.items.iter().map(ToTokens::to_token_stream).collect::<Vec<_>>());
    }
    let (Some(guards), true) = (guards, errors.count() == mistakes) else {
        let items: Vec<_> =
            block.items.iter().map(|item| undecided_handler(item, Handler::is_method_handler)).collect();
        return block.with(&items);
    };
    let bound = guards.first().map(|first| RequirementExpr::all(first.span, guards.clone()).bound());
    let scope = Container {
        guards: around.guards.iter().chain(&guards).cloned().collect(),
        inside: around.inside.iter().cloned().chain(bound).collect(),
    };
    let mut items = Vec::new();
    for item in &block.items {
        let Item::Fn(handler) = item else {
            items.push(item.to_token_stream());
            continue;
        };
        if !handler.is_method_handler() {
            items.push(item.to_token_stream());
            continue;
        }
        let (policy, named) = names(&block, handler);
        let guarded = split(None, (**handler).clone(), (&policy, &named), scope.clone(), errors);
        items.push(guarded.handler);
        declarations.extend(guarded.declaration);
    }
    let block = block.with(&items);
    quote!(#block #declarations)
}

/// An impl block cannot contain the policies of its handlers, so they are beside it, with its type's name.
fn names(block: &Impl, handler: &Handler) -> (Ident, PolicyName) {
    let (ty, name) = (block.type_name.as_ref().map(ToString::to_string).unwrap_or_default(), handler.name());
    let policy = format_ident!("__{}_{name}_policy", block.words, span = marked(name.span()));
    (policy, PolicyName { name: format!("{ty}::{name}"), span: name.span() })
}

/// The parsed attributes of a module or an impl block.
struct Read {
    /// `None` after an error.
    guards: Option<Vec<RequirementExpr>>,
    uses: TokenStream,
}

fn demanded(attr: Option<Attr>, attrs: &mut Vec<Attribute>, errors: &mut Errors) -> Read {
    let mistakes = errors.count();
    let inner = Attr::take(attrs);
    let demands = Requirements::read(attr.map(Ok).into_iter().chain(inner), errors);
    check::container(&demands, errors);
    let uses = uses(&demands.taken);
    Read { guards: (errors.count() == mistakes).then_some(demands.guards), uses }
}

/// The module of an attribute with an error, so that the error is reported once.
fn with_mistake(module: &Module) -> TokenStream {
    let items: Vec<_> = module.items.iter().map(|item| undecided_handler(item, Handler::is_free_handler)).collect();
    module.with(&items)
}

fn undecided_handler(item: &Item, is_handler: fn(&Handler) -> bool) -> TokenStream {
    match item {
        Item::Fn(handler) if is_handler(handler) && !handler.has_ours() => undecided((**handler).clone()),
        item => item.to_token_stream(),
    }
}

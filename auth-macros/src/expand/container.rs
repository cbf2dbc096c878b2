//! Modules and impl blocks: their guard applies to every handler inside.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned as _;
use syn::{Attribute, Path, Visibility};

use super::escape::{Futures, checked, checked_impls};
use super::handler::{Stands, guarded, policy_of_ours, proofs, split, undecided};
use super::policy::PolicyName;
use super::span::marked;
use super::uncovered;
use crate::args::{Kind, RequirementExpr};
use crate::check;
use crate::diagnostics::Errors;
use crate::model::{Attr, Container, Handler, Impl, Item, Module, Requirements, cfgs};

/// A guarded module. Its requirement becomes a policy beside it, so that names in the attribute resolve where it is
/// written.
pub(super) fn module(attr: Attr, mut module: Module, errors: &mut Errors) -> TokenStream {
    let span = attr.span;
    let Read { guards, proofs } = demanded(Some(attr), &mut module.attrs, errors);
    check::module(span, &module, errors);
    let Some(guards) = guards else { return with_mistake(&module) };
    let named = PolicyName { name: module.name.to_string(), span: module.name.span(), cfgs: cfgs(&module.attrs) };
    // No handler's policy has a name with this suffix.
    let policy = format_ident!("__{}_module", module.name, span = marked(module.name.span()));
    let term = RequirementExpr::all(span, guards.clone());
    let stands = if module.is_covered() { Stands::Covered } else { Stands::Alone };
    let declaration = policy_of_ours(&policy, (&Visibility::Inherited, stands), &named, &term, &TokenStream::new());
    let mistakes = errors.count();
    let mut inside = in_module(&module, &guards, &syn::parse_quote!(super::#policy), errors);
    if errors.count() > mistakes {
        // Items named only by the attributes in error would be reported as unused.
        inside = quote!(#[allow(unused)] #inside);
    }
    quote!(#inside #proofs #declaration)
}

/// `policy` is the path, from inside the module, of the policy of `guards`.
fn in_module(module: &Module, guards: &[RequirementExpr], policy: &Path, errors: &mut Errors) -> TokenStream {
    let inside = RequirementExpr::new(policy.span(), Kind::Policy(policy.clone()));
    let scope = Container { guards: guards.to_vec(), inside: vec![inside] };
    // A guarded module around this one has added these checks.
    let is_covered = module.is_covered();
    let mut items = if is_covered { vec![] } else { vec![uncovered::refusing()] };
    let called = check::called(&module.items, Handler::is_free_handler, errors);
    for item in &module.items {
        items.push(match item {
            // The error is reported.
            Item::Fn(helper) if called.contains(&helper.sig.ident.to_string()) => helper.to_token_stream(),
            Item::Fn(handler) if handler.is_free_handler() => {
                guarded(None, with_checked_impls(handler, is_covered), scope.clone(), errors)
            }
            // An attribute with the name of a test attribute must not leave a function without a guard.
            Item::Fn(test) if test.is_test() => quote!(#[cfg(test)] #test),
            Item::Fn(function) if !is_covered => {
                let check = uncovered::no_future(function, false);
                let function = checked(function.to_token_stream(), Futures::Nested);
                quote!(#function #check)
            }
            Item::Mod(tests) if tests.is_for_tests() => {
                let items = tests.items.iter().map(ToTokens::to_token_stream);
                tests.with(&std::iter::once(uncovered::accepting()).chain(items).collect::<Vec<_>>())
            }
            Item::Mod(deeper) => in_module(deeper, guards, &syn::parse_quote!(super::#policy), errors),
            Item::Impl(block) if block.of_trait.is_none() || block.has_ours() => {
                in_impl(None, block, &scope, is_covered, errors)
            }
            // After a mistake the same function could be reported twice.
            Item::Impl(block) if !is_covered && errors.count() == 0 => {
                let checks = uncovered::no_future_of_impl(block);
                let block = checked(block.to_token_stream(), Futures::Nested);
                quote!(#block #checks)
            }
            Item::Other(tokens) if !is_covered && errors.count() == 0 => {
                let checks = uncovered::no_future_of_trait(tokens);
                let item = checked(tokens.clone(), Futures::Nested);
                quote!(#item #checks)
            }
            item => item.to_token_stream(),
        });
    }
    module.with(&items)
}

fn with_checked_impls(handler: &Handler, is_covered: bool) -> Handler {
    let mut handler = handler.clone();
    if !is_covered {
        handler.body = checked_impls(handler.body);
    }
    handler
}

/// A guarded impl block.
pub(super) fn implementation(attr: Attr, block: &Impl, errors: &mut Errors) -> TokenStream {
    let is_covered = block.is_covered();
    if !is_covered {
        check::uncovered(&block.items, Handler::is_method_handler, errors);
    }
    in_impl(Some(attr), block, &Container::default(), is_covered, errors)
}

fn in_impl(attr: Option<Attr>, block: &Impl, around: &Container, is_covered: bool, errors: &mut Errors) -> TokenStream {
    let mut block = block.clone();
    let (mistakes, attr_is_here) = (errors.count(), attr.is_some());
    let Read { guards, proofs: mut declarations } = demanded(attr, &mut block.attrs, errors);
    if attr_is_here || guards.as_ref().is_none_or(|guards| !guards.is_empty()) {
        check::implementation(&block, errors);
    }
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
    let called = check::called(&block.items, Handler::is_method_handler, errors);
    for item in &block.items {
        let Item::Fn(handler) = item else {
            let item = item.to_token_stream();
            items.push(if is_covered { item } else { checked(item, Futures::Nested) });
            continue;
        };
        if called.contains(&handler.sig.ident.to_string()) {
            items.push(handler.to_token_stream());
            continue;
        }
        if !handler.is_method_handler() {
            items.push(if is_covered {
                handler.to_token_stream()
            } else {
                let check = uncovered::no_future(handler, true);
                let function = checked(handler.to_token_stream(), Futures::Nested);
                quote!(#function #check)
            });
            continue;
        }
        let (policy, named) = names(&block, handler);
        let handler = with_checked_impls(handler, is_covered);
        let guarded = split(None, handler, (&policy, &named, block.is_generic()), scope.clone(), errors);
        items.push(guarded.handler);
        declarations.extend(guarded.declaration);
    }
    let block = block.with(&items);
    quote!(#block #declarations)
}

/// An impl block cannot contain the policies of its handlers, so they are beside it, with its type's name and a hash of the
/// whole type (`Desk<&str>` and `Desk<str>`).
fn names(block: &Impl, handler: &Handler) -> (Ident, PolicyName) {
    let (ty, name) = (block.type_name.as_ref().map(ToString::to_string).unwrap_or_default(), handler.name());
    let mut hash = DefaultHasher::new();
    (&block.type_tokens, name.to_string()).hash(&mut hash);
    let policy = format_ident!("__{ty}_{name}_{:x}", hash.finish() >> 32, span = marked(name.span()));
    let cfgs = cfgs(block.attrs.iter().chain(&handler.attrs));
    (policy, PolicyName { name: format!("{ty}::{name}"), span: name.span(), cfgs })
}

/// The parsed attributes of a module or an impl block.
struct Read {
    /// `None` after an error.
    guards: Option<Vec<RequirementExpr>>,
    /// Proofs that the removed attributes are ours.
    proofs: TokenStream,
}

fn demanded(attr: Option<Attr>, attrs: &mut Vec<Attribute>, errors: &mut Errors) -> Read {
    let mistakes = errors.count();
    let inner = Attr::take(attrs);
    let demands = Requirements::read(attr.map(Ok).into_iter().chain(inner), errors);
    check::container(&demands, errors);
    let proofs = proofs(&demands.taken, &cfgs(&*attrs));
    Read { guards: (errors.count() == mistakes).then_some(demands.guards), proofs }
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

//! All that is demanded of the caller of one handler.

use proc_macro2::Span;
use syn::spanned::Spanned as _;

use super::{Attr, Handler};
use crate::args::{Demand, Kind, RequirementExpr, read};
use crate::diagnostics::Errors;

/// What a module or an impl block demands for every handler in it.
#[derive(Clone, Default)]
pub(crate) struct Scope {
    pub(crate) guards: Vec<RequirementExpr>,
    /// The same in terms that mean inside what `guards` mean outside.
    pub(crate) inside: Vec<RequirementExpr>,
}

/// All that is demanded of the caller of one handler, in the order in which it stands there.
#[derive(Default)]
pub(crate) struct Demands {
    /// What the module or impl block around it demands.
    pub(crate) scope: Scope,
    /// Every one of these must be met as well.
    pub(crate) guards: Vec<RequirementExpr>,
    /// The conditions of `#[authorize(..)]`.
    pub(crate) conditions: Vec<syn::Expr>,
    /// The paths of the attributes that we took off. They are still used, so that imports of them are.
    pub(crate) taken: Vec<syn::Path>,
    /// The policy of the evidence that an earlier expansion has put there.
    pub(crate) inherited: Option<syn::Path>,
}

impl Demands {
    /// Reads the attributes of one item.
    pub(crate) fn read(attrs: impl IntoIterator<Item = syn::Result<Attr>>, errors: &mut Errors) -> Self {
        let mut demands = Self::default();
        for attr in attrs {
            let attr = errors.keep(attr);
            demands.taken.extend(attr.as_ref().and_then(|attr| attr.path.clone()));
            match attr.and_then(|attr| read(attr, errors)) {
                Some(Demand::Guard(term)) => demands.guards.push(term),
                Some(Demand::Authorize(condition)) => demands.conditions.push(condition),
                None => {}
            }
        }
        demands
    }

    /// Reads the attribute that rustc called us for, if it stands on the handler itself, and takes all others of ours
    /// off the handler.
    pub(crate) fn of(outer: Option<Attr>, handler: &mut Handler, scope: Scope, errors: &mut Errors) -> Self {
        let earlier = handler.take_evidence();
        let inner = Attr::take(&mut handler.attrs);
        let mut demands = Self::read(outer.map(Ok).into_iter().chain(inner), errors);
        if let Some(policy) = &earlier {
            demands.guards.insert(0, RequirementExpr::new(policy.span(), Kind::Earlier(policy.clone())));
        }
        Self { scope, inherited: earlier, ..demands }
    }

    /// All guards, those of the scope first.
    pub(crate) fn all(&self) -> Vec<RequirementExpr> {
        self.scope.guards.iter().chain(&self.guards).cloned().collect()
    }

    /// The one requirement that all guards together are.
    pub(crate) fn fold(&self, span: Span) -> RequirementExpr {
        let guards = self.scope.inside.iter().chain(&self.guards).cloned();
        let parts = guards.flat_map(|guard| match guard.kind {
            Kind::All(parts) => parts,
            _ => vec![guard],
        });
        RequirementExpr::all(span, parts.collect())
    }
}

//! Everything that one handler demands of its caller.

use proc_macro2::Span;
use syn::spanned::Spanned as _;

use super::{Attr, Handler};
use crate::args::{Demand, Kind, RateLimit, RequirementExpr, read};
use crate::diagnostics::Errors;

/// The requirement of a module or an impl block for its handlers.
#[derive(Clone, Default)]
pub(crate) struct Container {
    pub(crate) guards: Vec<RequirementExpr>,
    /// The same in terms that resolve inside the container.
    pub(crate) inside: Vec<RequirementExpr>,
}

/// Everything that one handler demands of its caller, in order.
#[derive(Default)]
pub(crate) struct Requirements {
    /// The requirement of the module or impl block around it.
    pub(crate) scope: Container,
    /// The guards of the handler itself.
    pub(crate) guards: Vec<RequirementExpr>,
    /// The conditions of `#[authorize(..)]`.
    pub(crate) conditions: Vec<syn::Expr>,
    /// The rate limits.
    pub(crate) limits: Vec<RateLimit>,
    /// The attributes removed by their names.
    pub(crate) taken: Vec<syn::Attribute>,
    /// The policy of the evidence that an earlier expansion has inserted.
    pub(crate) inherited: Option<syn::Path>,
}

impl Requirements {
    /// Reads the attributes of one item.
    pub(crate) fn read(attrs: impl IntoIterator<Item = syn::Result<Attr>>, errors: &mut Errors) -> Self {
        let mut demands = Self::default();
        for attr in attrs {
            let attr = errors.keep(attr);
            demands.taken.extend(attr.as_ref().and_then(|attr| attr.written.clone()));
            match attr.and_then(|attr| read(attr, errors)) {
                Some(Demand::Guard(term)) => demands.guards.push(term),
                Some(Demand::Authorize(condition)) => demands.conditions.push(condition),
                Some(Demand::RateLimit(limit)) => demands.limits.push(limit),
                None => {}
            }
        }
        demands
    }

    /// Reads the attribute that is being expanded, if it is above the handler itself, and removes all others of ours
    /// from the handler.
    pub(crate) fn of(outer: Option<Attr>, handler: &mut Handler, scope: Container, errors: &mut Errors) -> Self {
        let earlier = handler.take_evidence();
        let inner = Attr::take(&mut handler.attrs);
        let mut demands = Self::read(outer.map(Ok).into_iter().chain(inner), errors);
        match &earlier {
            Some(policy) => {
                demands.guards.insert(0, RequirementExpr::new(policy.span(), Kind::Earlier(policy.clone())));
            }
            None => demands
                .guards
                .extend(handler.guards().map(|ty| RequirementExpr::new(ty.span(), Kind::Parameter(ty.clone())))),
        }
        Self { scope, inherited: earlier, ..demands }
    }

    /// All guards, the container's first.
    pub(crate) fn all(&self) -> Vec<RequirementExpr> {
        self.scope.guards.iter().chain(&self.guards).cloned().collect()
    }

    /// All guards as one requirement.
    pub(crate) fn fold(&self, span: Span) -> RequirementExpr {
        let guards = self.scope.inside.iter().chain(&self.guards).cloned();
        let parts = guards.flat_map(|guard| match guard.kind {
            Kind::All(parts) => parts,
            _ => vec![guard],
        });
        RequirementExpr::all(span, parts.collect())
    }
}

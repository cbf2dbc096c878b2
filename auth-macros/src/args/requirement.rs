//! Requirements as written in attributes.

use std::fmt;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Path, Type};

/// A requirement as written in an attribute.
#[derive(Clone)]
pub(crate) struct RequirementExpr {
    /// The word or path at its beginning.
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

#[derive(Clone)]
pub(crate) enum Kind {
    Public,
    /// Any caller, but a credential that is sent must be valid.
    Optional,
    Leaf(Leaf),
    Role(Path),
    Permission(Path),
    /// The path of a named policy, which reads the same credentials wherever it is used.
    Policy(Path),
    /// The policy of an attribute above the same handler that was expanded earlier, with which this one is joined.
    Earlier(Path),
    /// The type of a guard among the handler's own parameters.
    Parameter(Type),
    /// A requirement above the module or impl block around a handler, which reads the same credentials for every
    /// handler.
    Bound(Box<RequirementExpr>),
    All(Vec<RequirementExpr>),
    Any(Vec<RequirementExpr>),
    Not(Box<RequirementExpr>),
}

/// A test of the caller's credentials: a word with literals.
#[derive(Clone)]
pub(crate) struct Leaf {
    /// The constructor in `auth_core::Requirement`.
    pub(crate) function: &'static str,
    pub(crate) arguments: Vec<Literal>,
}

#[derive(Clone)]
pub(crate) enum Literal {
    Text(String),
    /// A duration.
    Seconds(u64),
}

/// The method for several factors together (RFC 8176 section 2).
pub(super) const MFA: &str = "mfa";

impl RequirementExpr {
    pub(crate) const fn new(span: Span, kind: Kind) -> Self {
        Self { span, kind }
    }

    pub(super) const fn leaf(span: Span, function: &'static str, arguments: Vec<Literal>) -> Self {
        Self::new(span, Kind::Leaf(Leaf { function, arguments }))
    }

    /// All of `terms`; a single one is returned as it is.
    pub(crate) fn all(span: Span, terms: Vec<Self>) -> Self {
        Self::joined(span, terms, Kind::All)
    }

    /// At least one of `terms`; a single one is returned as it is.
    pub(crate) fn any(span: Span, terms: Vec<Self>) -> Self {
        Self::joined(span, terms, Kind::Any)
    }

    fn joined(span: Span, mut terms: Vec<Self>, kind: fn(Vec<Self>) -> Kind) -> Self {
        match terms.pop() {
            Some(only) if terms.is_empty() => only,
            last => Self::new(span, kind(terms.into_iter().chain(last).collect())),
        }
    }

    /// Binds this requirement, so that as a part of others it reads the same credentials as alone.
    pub(crate) fn bound(self) -> Self {
        match self.kind {
            Kind::Policy(_) => self,
            _ => Self::new(self.span, Kind::Bound(Box::new(self))),
        }
    }

    /// The requirements inside this one.
    pub(crate) fn parts(&self) -> &[Self] {
        match &self.kind {
            Kind::All(parts) | Kind::Any(parts) => parts,
            Kind::Not(inner) | Kind::Bound(inner) => std::slice::from_ref(inner),
            _ => &[],
        }
    }
}

/// The requirement in the syntax of the attributes.
impl fmt::Display for RequirementExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, word: &str, parts: Vec<String>| match parts.len() {
            0 => f.write_str(word),
            _ => write!(f, "{word}({})", parts.join(", ")),
        };
        let parts = |parts: &[Self]| parts.iter().map(ToString::to_string).collect();
        match &self.kind {
            Kind::Public => f.write_str("public"),
            Kind::Optional => f.write_str("auth(optional)"),
            Kind::Leaf(Leaf { function: "amr", arguments }) if matches!(&**arguments, [Literal::Text(it)] if it == MFA) => {
                f.write_str(MFA)
            }
            Kind::Leaf(leaf) => list(f, leaf.function, leaf.arguments.iter().map(ToString::to_string).collect()),
            Kind::Role(path) => write!(f, "role({})", shown(path)),
            Kind::Permission(path) => write!(f, "permission({})", shown(path)),
            Kind::Policy(path) | Kind::Earlier(path) => f.write_str(&shown(path)),
            Kind::Parameter(guard) => f.write_str(&shown(guard)),
            Kind::Bound(inner) => inner.fmt(f),
            Kind::All(terms) => list(f, "all", parts(terms)),
            Kind::Any(terms) => list(f, "any", parts(terms)),
            Kind::Not(inner) => write!(f, "not({inner})"),
        }
    }
}

/// A path or a type as it is written, without spaces.
pub(crate) fn shown(path: &impl ToTokens) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            // In the largest unit that divides it.
            Self::Seconds(seconds) => {
                let (unit, factor) = [("d", 86_400), ("h", 3_600), ("m", 60)]
                    .into_iter()
                    .find(|(_, factor)| seconds >= factor && seconds.is_multiple_of(*factor))
                    .unwrap_or(("s", 1));
                write!(f, "\"{}{unit}\"", seconds / factor)
            }
        }
    }
}

impl ToTokens for Literal {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Text(text) => text.to_tokens(tokens),
            Self::Seconds(seconds) => seconds.to_tokens(tokens),
        }
    }
}

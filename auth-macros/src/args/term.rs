//! A requirement as the user wrote it.

use std::fmt;

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::Path;

/// A requirement as the user wrote it.
#[derive(Clone)]
pub(crate) struct Term {
    /// The word or path that it begins with.
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

#[derive(Clone)]
pub(crate) enum Kind {
    Public,
    /// Anyone, but a credential that is sent must be good.
    Optional,
    Auth,
    ApiKey,
    Role(Path),
    Scope(String),
    /// In seconds.
    Fresh(u64),
    Amr(String),
    /// The path of a named policy.
    Policy(Path),
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
}

/// The method that stands for several factors together (RFC 8176 section 2).
pub(super) const MFA: &str = "mfa";

impl Term {
    pub(crate) const fn new(span: Span, kind: Kind) -> Self {
        Self { span, kind }
    }

    /// Every one of `terms`; a single one is itself.
    pub(crate) fn all(span: Span, terms: Vec<Self>) -> Self {
        Self::joined(span, terms, Kind::All)
    }

    /// At least one of `terms`; a single one is itself.
    pub(crate) fn any(span: Span, terms: Vec<Self>) -> Self {
        Self::joined(span, terms, Kind::Any)
    }

    fn joined(span: Span, mut terms: Vec<Self>, kind: fn(Vec<Self>) -> Kind) -> Self {
        match terms.pop() {
            Some(only) if terms.is_empty() => only,
            last => Self::new(span, kind(terms.into_iter().chain(last).collect())),
        }
    }

    /// Whether it lets in callers without credentials, so that any other requirement beside it is void.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.kind, Kind::Public | Kind::Optional)
    }

    /// The requirements inside this one.
    pub(crate) fn parts(&self) -> &[Self] {
        match &self.kind {
            Kind::All(parts) | Kind::Any(parts) => parts,
            Kind::Not(inner) => std::slice::from_ref(inner),
            _ => &[],
        }
    }
}

/// The requirement in the words of the attributes.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = |f: &mut fmt::Formatter<'_>, word: &str, parts: &[Self]| {
            let parts: Vec<_> = parts.iter().map(ToString::to_string).collect();
            write!(f, "{word}({})", parts.join(", "))
        };
        match &self.kind {
            Kind::Public => f.write_str("public"),
            Kind::Optional => f.write_str("auth(optional)"),
            Kind::Auth => f.write_str("auth"),
            Kind::ApiKey => f.write_str("api_key"),
            Kind::Role(path) => write!(f, "role({})", shown(path)),
            Kind::Scope(scope) => write!(f, "scope({scope:?})"),
            Kind::Fresh(seconds) => write!(f, "fresh({:?})", span_of_time(*seconds)),
            Kind::Amr(method) if method == MFA => f.write_str(MFA),
            Kind::Amr(method) => write!(f, "amr({method:?})"),
            Kind::Policy(path) => f.write_str(&shown(path)),
            Kind::All(terms) => parts(f, "all", terms),
            Kind::Any(terms) => parts(f, "any", terms),
            Kind::Not(inner) => write!(f, "not({inner})"),
        }
    }
}

pub(crate) fn shown(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}

/// Seconds in the largest unit that divides them.
fn span_of_time(seconds: u64) -> String {
    let (unit, factor) = [("d", 86_400), ("h", 3_600), ("m", 60)]
        .into_iter()
        .find(|(_, factor)| seconds >= *factor && seconds.is_multiple_of(*factor))
        .unwrap_or(("s", 1));
    format!("{}{unit}", seconds / factor)
}

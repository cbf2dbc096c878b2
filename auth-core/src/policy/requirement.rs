//! The requirement of a route, as a constant.

use std::fmt;

use super::{CredentialKinds, Leaf, OwnedRequirement};

/// The requirement of a route for its callers.
///
/// A requirement is a constant: the attributes build it at compile time, one function evaluates it
/// ([`Guard`](crate::Guard)), and the policy table and documentation read the same value. Write it with the
/// attributes or [`guard!`](crate::guard!) rather than by hand.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Role {
///     User,
///     #[role(includes(User))]
///     Admin,
/// }
///
/// guard!(Export = any(role(User), all(api_key, scope("export"))));
///
/// # fn main() {
/// assert_eq!(Export::REQUIREMENT.to_string(), r#"any(role(User), all(api_key, scope("export")))"#);
/// assert!(Export::REQUIREMENT.wants_subject() && Export::REQUIREMENT.wants_api_key());
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Requirement {
    /// Any caller, without credentials. Credentials that are sent anyway are not read.
    Public,
    /// Any caller, but an access token that is sent must be a valid one, and no other credential may stand in for it.
    ///
    /// Like [`Public`](Self::Public) it cannot be combined: as a part of another requirement it does not compile.
    Optional,
    /// A test of the caller's credentials. There is a function for each: `Requirement::scope("reports:read")`.
    Leaf(Leaf),
    /// All of these. An empty list demands nothing; the macros refuse it.
    All(&'static [Requirement]),
    /// At least one of these. An empty list can never be met.
    Any(&'static [Requirement]),
    /// The caller is known and this does not hold. Never met by a caller without credentials, nor where a part depends on
    /// what could not be read of another issuer's token.
    Not(&'static Requirement),
    /// A requirement that was declared elsewhere, such as the policy of a module or a named one. It reads the same
    /// credentials as alone, whatever is beside it.
    Bound(Bound),
}

/// A requirement and the credentials that it reads, made by [`Requirement::bound`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    pub(super) requirement: &'static Requirement,
    /// The credentials that its own scopes and negations read.
    pub(super) own: CredentialKinds,
    /// These, and those that the requirements bound inside it read.
    all: CredentialKinds,
}

impl Bound {
    /// The requirement as it was written.
    #[must_use]
    pub const fn requirement(&self) -> &'static Requirement {
        self.requirement
    }
}

impl Requirement {
    /// Whether this requirement reads the access token.
    ///
    /// A scope belongs to the credential that the requirement names, by default the access token.
    #[must_use]
    pub const fn wants_subject(&self) -> bool {
        self.kinds().subject
    }

    /// Whether this requirement reads the API key.
    #[must_use]
    pub const fn wants_api_key(&self) -> bool {
        self.kinds().api_key
    }

    /// This requirement as a part of others, which reads the same credentials as alone.
    ///
    /// So guards compose monotonically: a caller who meets `all(a, b)` of two bound requirements meets each of them.
    ///
    /// ```
    /// use auth_core::Requirement;
    ///
    /// const TOKEN: Requirement = Requirement::scope("admin");
    /// const BOTH: Requirement = Requirement::All(&[Requirement::bound(&TOKEN), Requirement::api_key()]);
    /// assert_eq!(BOTH.to_string(), r#"all(by(auth, scope("admin")), api_key)"#);
    /// ```
    #[must_use]
    pub const fn bound(requirement: &'static Self) -> Self {
        match requirement {
            // The first two cannot be combined, which `check` reports.
            Self::Public | Self::Optional | Self::Bound(_) => *requirement,
            _ => {
                let mentions = Mentions::of(requirement);
                Self::Bound(Bound { requirement, own: mentions.own(), all: mentions.all() })
            }
        }
    }

    /// Whether it reads the permissions of the subject's roles.
    pub(crate) fn reads_permissions(&self) -> bool {
        match self {
            Self::Public | Self::Optional => false,
            Self::Leaf(leaf) => matches!(leaf, Leaf::Permission(_)),
            Self::Not(inner) => inner.reads_permissions(),
            Self::Bound(bound) => bound.requirement.reads_permissions(),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::reads_permissions),
        }
    }

    /// Whether it depends on the subject's roles alone, which are known without a session.
    pub(crate) const fn is_of_roles(&self) -> bool {
        match self {
            Self::Public | Self::Optional => true,
            Self::Leaf(leaf) => matches!(leaf, Leaf::Auth(_) | Leaf::Role(_) | Leaf::Permission(_)),
            Self::Not(inner) => inner.is_of_roles(),
            Self::Bound(bound) => bound.requirement.is_of_roles(),
            Self::All(parts) | Self::Any(parts) => {
                let mut i = 0;
                while i < parts.len() {
                    if !parts[i].is_of_roles() {
                        return false;
                    }
                    i += 1;
                }
                true
            }
        }
    }

    /// The credentials that this requirement reads.
    pub(crate) const fn kinds(&self) -> CredentialKinds {
        Mentions::of(self).all()
    }

    /// The credentials that its own scopes and negations read.
    pub(super) const fn own_kinds(&self) -> CredentialKinds {
        Mentions::of(self).own()
    }
}

/// How often a requirement mentions each kind of credential.
#[derive(Clone, Copy)]
pub(super) struct Mentions {
    subject: usize,
    api_key: usize,
    /// Leaves of the credential that the rest mentions.
    either: usize,
    not: usize,
    /// The credentials that the requirements bound inside read, and those of them inside negations.
    bound_own: CredentialKinds,
    bound_negated: CredentialKinds,
    bound_all: CredentialKinds,
}

impl Mentions {
    pub(super) const fn none() -> Self {
        Self {
            subject: 0,
            api_key: 0,
            either: 0,
            not: 0,
            bound_own: CredentialKinds::NONE,
            bound_negated: CredentialKinds::NONE,
            bound_all: CredentialKinds::NONE,
        }
    }

    pub(super) const fn of(requirement: &Requirement) -> Self {
        let mut mentions = Self::none();
        mentions.add(requirement, false);
        mentions
    }

    /// A leaf that tests credentials of these kinds.
    pub(super) const fn add_kinds(&mut self, kinds: CredentialKinds) {
        match kinds {
            CredentialKinds { subject: true, api_key: true } => self.either += 1,
            CredentialKinds { subject, api_key } => {
                self.subject += subject as usize;
                self.api_key += api_key as usize;
            }
        }
    }

    pub(super) const fn add_not(&mut self) {
        self.not += 1;
    }

    /// A bound requirement that reads `own` credentials, and `all` with those bound inside it.
    pub(super) const fn add_bound(&mut self, own: CredentialKinds, all: CredentialKinds, negated: bool) {
        self.bound_own = self.bound_own.or(own);
        if negated {
            self.bound_negated = self.bound_negated.or(own);
        }
        self.bound_all = self.bound_all.or(all);
    }

    const fn add(&mut self, requirement: &Requirement, negated: bool) {
        match requirement {
            Requirement::Public => {}
            Requirement::Optional => self.add_kinds(CredentialKinds::SUBJECT),
            Requirement::Leaf(leaf) => self.add_kinds(leaf.kinds()),
            Requirement::Not(inner) => {
                self.add_not();
                self.add(inner, true);
            }
            Requirement::Bound(bound) => self.add_bound(bound.own, bound.all, negated),
            Requirement::All(parts) | Requirement::Any(parts) => {
                let mut i = 0;
                while i < parts.len() {
                    self.add(&parts[i], negated);
                    i += 1;
                }
            }
        }
    }

    pub(super) const fn without(self, part: Self) -> Self {
        Self {
            subject: self.subject - part.subject,
            api_key: self.api_key - part.api_key,
            either: self.either - part.either,
            not: self.not - part.not,
            ..self
        }
    }

    /// If only bound requirements name a kind, a negation reads the credentials of those inside it: a bound requirement
    /// beside it, such as a module's, does not change it.
    pub(super) const fn own(self) -> CredentialKinds {
        if self.subject + self.api_key + self.either == 0 {
            return if self.not > 0 { self.bound_negated } else { self.bound_own };
        }
        let api_key = self.api_key > 0;
        CredentialKinds { subject: self.subject > 0 || !api_key, api_key }
    }

    pub(super) const fn all(self) -> CredentialKinds {
        self.own().or(self.bound_all)
    }

    pub(super) const fn depends_on_kinds(self) -> bool {
        self.either > 0 || self.not > 0
    }
}

/// The requirement in the syntax of the attributes, for instance `all(role(Admin), scope("duty"))`; a part that reads
/// other credentials than it would where it stands is written `by(auth, ..)`. Reading the text gives the same requirement.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        OwnedRequirement::from(*self).fmt(f)
    }
}

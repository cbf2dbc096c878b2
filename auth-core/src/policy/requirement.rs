//! What a route demands of its caller, as a constant.

use std::fmt;

use super::{CredentialKinds, Leaf};

/// What a route demands of its caller.
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
    /// Like [`Public`](Self::Public) it stands alone: it does not compile as a part of anything else.
    Optional,
    /// One test of the caller's credentials. There is a function for each: `Requirement::scope("reports:read")`.
    Leaf(Leaf),
    /// Every one of these. An empty list demands nothing; the macros refuse it.
    All(&'static [Requirement]),
    /// At least one of these. An empty list can never be met.
    Any(&'static [Requirement]),
    /// The caller is known and this does not hold. Never met by a caller without credentials.
    Not(&'static Requirement),
    /// A requirement that was written elsewhere, as the policy of a module or one with a name. It looks at the credentials
    /// that it looks at alone, whatever is beside it.
    Bound(Bound),
}

/// A requirement and the credentials that it looks at, made by [`Requirement::bound`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    pub(super) requirement: &'static Requirement,
    /// What its own scopes and negations are about.
    pub(super) own: CredentialKinds,
    /// These, and what the requirements bound inside it look at.
    all: CredentialKinds,
}

impl Requirement {
    /// Whether an access token is looked for when this requirement is checked.
    ///
    /// A scope belongs to whichever credential the requirement names; one that names none means the access token.
    #[must_use]
    pub const fn wants_subject(&self) -> bool {
        self.kinds().subject
    }

    /// Whether an API key is looked for when this requirement is checked.
    #[must_use]
    pub const fn wants_api_key(&self) -> bool {
        self.kinds().api_key
    }

    /// This requirement as a part of others: it means there what it means alone.
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
            // They stand alone, which is checked where they do not.
            Self::Public | Self::Optional | Self::Bound(_) => *requirement,
            _ => {
                let mentions = Mentions::of(requirement);
                Self::Bound(Bound { requirement, own: mentions.own(), all: mentions.all() })
            }
        }
    }

    /// Which credentials are looked for when this requirement is checked.
    pub(crate) const fn kinds(&self) -> CredentialKinds {
        Mentions::of(self).all()
    }

    /// Which credentials its own scopes and negations are about.
    pub(super) const fn own_kinds(&self) -> CredentialKinds {
        Mentions::of(self).own()
    }
}

/// How often a requirement mentions a kind of credential.
#[derive(Clone, Copy)]
pub(super) struct Mentions {
    subject: usize,
    api_key: usize,
    /// Leaves of whichever credential the rest mentions.
    either: usize,
    not: usize,
    /// What the requirements bound inside look at.
    bound_own: CredentialKinds,
    bound_all: CredentialKinds,
}

impl Mentions {
    pub(super) const fn of(requirement: &Requirement) -> Self {
        let mut mentions = Self {
            subject: 0,
            api_key: 0,
            either: 0,
            not: 0,
            bound_own: CredentialKinds::NONE,
            bound_all: CredentialKinds::NONE,
        };
        mentions.add(requirement);
        mentions
    }

    const fn add(&mut self, requirement: &Requirement) {
        match requirement {
            Requirement::Public => {}
            Requirement::Optional => self.subject += 1,
            Requirement::Leaf(leaf) => match leaf.kinds() {
                CredentialKinds { subject: true, api_key: true } => self.either += 1,
                CredentialKinds { subject, api_key } => {
                    self.subject += subject as usize;
                    self.api_key += api_key as usize;
                }
            },
            Requirement::Not(inner) => {
                self.not += 1;
                self.add(inner);
            }
            Requirement::Bound(bound) => {
                self.bound_own = self.bound_own.or(bound.own);
                self.bound_all = self.bound_all.or(bound.all);
            }
            Requirement::All(parts) | Requirement::Any(parts) => {
                let mut i = 0;
                while i < parts.len() {
                    self.add(&parts[i]);
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

    /// Where nothing is named but what is bound inside, a negation is about the same credentials.
    pub(super) const fn own(self) -> CredentialKinds {
        if self.subject + self.api_key + self.either == 0 {
            return self.bound_own;
        }
        let api_key = self.api_key > 0;
        CredentialKinds { subject: self.subject > 0 || !api_key, api_key }
    }

    const fn all(self) -> CredentialKinds {
        self.own().or(self.bound_all)
    }

    pub(super) const fn depends_on_kinds(self) -> bool {
        self.either > 0 || self.not > 0
    }
}

/// The requirement in the words of the attributes, for instance `all(role(Admin), scope("duty"))`; `by(auth, ..)` around what
/// looks at other credentials than the rest.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, self.own_kinds())
    }
}

impl Requirement {
    /// `around` is what the requirement around this one looks at.
    fn write(&self, f: &mut fmt::Formatter<'_>, around: CredentialKinds) -> fmt::Result {
        let (word, parts) = match self {
            Self::Public => return f.write_str("public"),
            Self::Optional => return f.write_str("auth(optional)"),
            Self::Leaf(leaf) => return write!(f, "{}", leaf.words()),
            Self::All(parts) => ("all", *parts),
            Self::Any(parts) => ("any", *parts),
            Self::Not(inner) => ("not", std::slice::from_ref(*inner)),
            Self::Bound(Bound { requirement, own, .. }) => return requirement.write_bound(f, *own, around),
        };
        write!(f, "{word}(")?;
        for (i, part) in parts.iter().enumerate() {
            f.write_str(if i > 0 { ", " } else { "" })?;
            part.write(f, around)?;
        }
        f.write_str(")")
    }

    /// As a part that looks at `own` credentials, among others that look at those `around`.
    pub(super) fn write_bound(
        &self,
        f: &mut fmt::Formatter<'_>,
        own: CredentialKinds,
        around: CredentialKinds,
    ) -> fmt::Result {
        if own.is(around) || !Mentions::of(self).depends_on_kinds() {
            return self.write(f, own);
        }
        write!(f, "by({own}, ")?;
        self.write(f, own)?;
        f.write_str(")")
    }
}

//! The reason of a denial, and how those of several parts are combined.

use std::time::Duration;

/// Why a caller does not meet a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denial {
    /// The reason that the answer names.
    pub(crate) of: Missing,
    /// Whether a credential of some kind is missing as well, so that `of` would not help alone.
    credential: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// A credential of a kind that the requirement reads.
    Credential,
    /// A recent authentication, or one by these methods.
    StepUp {
        max_age: Option<Duration>,
        amr: Vec<&'static str>,
    },
    /// These scopes, all of them.
    Scope(Vec<&'static str>),
    Role,
    Permission,
    /// Another property of the caller's credential, by name.
    Fact(String),
    /// The caller is known, and excluded by a `not(..)`.
    Excluded,
    /// No caller meets the requirement, as with an empty `any()`.
    Impossible,
}

impl From<Missing> for Denial {
    fn from(of: Missing) -> Self {
        Self { credential: of == Missing::Credential, of }
    }
}

impl Denial {
    /// Both are missing: the answer names the one that is hardest to change, so that no caller authenticates again or
    /// sends another credential only to be refused for something else.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { of: self.of.and(other.of), credential: self.credential || other.credential }
    }

    /// Either would be enough: the answer names the one that is easiest to change. For a caller close to one
    /// alternative it names what that one lacks, and not another credential.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (
                Self { of: Missing::StepUp { max_age: None, mut amr }, credential: false },
                Self { of: Missing::StepUp { max_age: None, amr: other }, credential: false },
            ) => {
                amr.extend(other);
                Missing::StepUp { max_age: None, amr }.into()
            }
            (one, other) if other.distance() < one.distance() => other,
            (one, _) => one,
        }
    }

    /// The effort for the caller: first by what it would have to send, then by how hard that is to get.
    fn distance(&self) -> (u8, u8) {
        let rank = match self.of {
            Missing::Impossible => 2,
            _ if self.credential => 1,
            _ => 0,
        };
        (rank, self.of.severity())
    }
}

impl Missing {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::StepUp { max_age: a, amr }, Self::StepUp { max_age: b, amr: other }) => {
                let max_age = [a, b].into_iter().flatten().min();
                // `acr_values` lists alternatives, so of two required methods it can ask for only one.
                Self::StepUp { max_age, amr: if amr.is_empty() { other } else { amr } }
            }
            (Self::Scope(mut scopes), Self::Scope(other)) => {
                scopes.extend(other);
                Self::Scope(scopes)
            }
            (one, other) if other.severity() > one.severity() => other,
            (one, _) => one,
        }
    }

    const fn severity(&self) -> u8 {
        match self {
            Self::Credential => 0,
            Self::StepUp { .. } => 1,
            Self::Scope(_) => 2,
            Self::Role | Self::Permission | Self::Fact(_) | Self::Excluded => 3,
            Self::Impossible => 4,
        }
    }
}

//! What a caller lacks, and how the denials of several parts become one answer.

use std::time::Duration;

/// Why a caller does not meet a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denial {
    /// What the answer names.
    pub(crate) of: Missing,
    /// Whether a credential of some kind is missing, if not alone: then what `of` names would not help alone.
    credential: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// A credential of a kind that the requirement looks for.
    Credential,
    /// An authentication that is recent enough, or by one of these methods.
    StepUp {
        max_age: Option<Duration>,
        amr: Vec<&'static str>,
    },
    /// These scopes, all of them.
    Scope(Vec<&'static str>),
    Role,
    /// Something else that the caller's credential would have to say, by name.
    Fact(String),
    /// Known, and excluded by a `not(..)`.
    Excluded,
    /// No caller at all would do, as with `any()` of nothing.
    Impossible,
}

impl From<Missing> for Denial {
    fn from(of: Missing) -> Self {
        Self { credential: of == Missing::Credential, of }
    }
}

impl Denial {
    /// Lacking both: the answer names what is hardest to change, so that no caller authenticates again, or sends another
    /// credential, only to be refused for something else.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { of: self.of.and(other.of), credential: self.credential || other.credential }
    }

    /// Lacking either: the answer names what is easiest to change. To a caller who came near one alternative it names what
    /// is missing there: no other credential, nor what that would have to carry.
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

    /// How far the caller is from being let in: first by what it would have to bring, then by how hard that is.
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
                // `acr_values` names alternatives, so of two methods that are both needed it can ask for one at a time.
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
            Self::Role | Self::Fact(_) | Self::Excluded => 3,
            Self::Impossible => 4,
        }
    }
}

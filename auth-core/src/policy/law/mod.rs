//! Policy laws: exact answers about requirements, for all callers at once.
//!
//! A requirement is a function of finitely many facts about a caller. [`Space`] makes its decision diagram by the rules of
//! [`evaluate`](super::evaluate): two requirements with the same diagram let in the same callers, and a caller that only one of
//! them lets in is a path of their difference.

mod diagram;
mod space;
#[cfg(test)]
mod tests;
mod witness;

use std::collections::BTreeSet;

pub use witness::{KeyWitness, SubjectWitness, Witness};

use super::expr::{Node, OwnedRequirement};
#[cfg(feature = "test-util")]
use super::expr::{api_key, auth};
#[cfg(feature = "test-util")]
use super::{CredentialKinds, RoutePolicy, snapshot::Row};
pub(super) use diagram::Function;
pub(super) use space::Space;

/// A question that is not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnalysisError {
    /// The requirements are so large that an exact answer would take too long.
    #[error(
        "too large to compare: the analysis stopped after {steps} steps; simplify the requirement, or split the route"
    )]
    TooLarge {
        /// The number of steps after which it stopped.
        steps: usize,
    },
}

/// What a route asks of its callers: a requirement and conditions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access<'a> {
    pub(super) node: &'a Node,
    /// Opaque: each is equal only to itself.
    pub(super) conditions: &'a [String],
}

impl<'a> From<&'a OwnedRequirement> for Access<'a> {
    fn from(requirement: &'a OwnedRequirement) -> Self {
        Self { node: &requirement.0, conditions: &[] }
    }
}

/// The callers of one of two accesses and not of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comparison {
    /// A caller that only the second lets in.
    pub(super) gained: Option<Witness>,
    /// A caller that only the first lets in.
    pub(super) lost: Option<Witness>,
}

/// Compares the callers that any of `old` lets in with those of `new`.
pub(super) fn compare(old: &[Access<'_>], new: &[Access<'_>]) -> Result<Comparison, AnalysisError> {
    let mut space = Space::of(old.iter().chain(new).map(|access| access.node));
    let (old, new) = (space.any_of(old)?, space.any_of(new)?);
    let (gained, lost) = (space.without(new, old)?, space.without(old, new)?);
    Ok(Comparison { gained: space.witness(gained)?, lost: space.witness(lost)? })
}

/// A caller that `one` lets in and `other` does not.
pub(crate) fn beside(one: Access<'_>, other: Access<'_>) -> Result<Option<Witness>, AnalysisError> {
    let mut space = Space::of([one.node, other.node]);
    let (one, other) = (space.access(one)?, space.access(other)?);
    let beside = space.without(one, other)?;
    space.witness(beside)
}

/// A caller that both let in.
pub(super) fn common(one: Access<'_>, other: Access<'_>) -> Result<Option<Witness>, AnalysisError> {
    let mut space = Space::of([one.node, other.node]);
    let (one, other) = (space.access(one)?, space.access(other)?);
    let both = space.and(one, other)?;
    space.witness(both)
}

/// A caller without credentials that `access` lets in.
#[cfg(feature = "test-util")]
pub(crate) fn open(access: Access<'_>) -> Result<Option<Witness>, AnalysisError> {
    let mut space = Space::of([access.node]);
    let (access, known) = (space.access(access)?, space.known(CredentialKinds::EITHER)?);
    let open = space.without(access, known)?;
    space.witness(open)
}

/// The smallest sets of facts of which each suffices, at most `most`; `false` if there are more.
pub(super) fn minimal(access: Access<'_>, most: usize) -> Result<(Vec<Witness>, bool), AnalysisError> {
    let mut space = Space::of([access.node]);
    let whole = space.access(access)?;
    let (mut rest, mut sets) = (whole, Vec::new());
    let mut is_all = true;
    while let Some(path) = space.path(rest)? {
        is_all = sets.len() < most;
        if !is_all {
            break;
        }
        let path = space.shortened(path, whole)?;
        rest = space.without_path(rest, &path)?;
        sets.push(path);
    }
    let present = |path: &[(u32, bool)]| -> BTreeSet<u32> {
        path.iter().filter(|(_, value)| *value).map(|(variable, _)| *variable).collect()
    };
    let all: Vec<_> = sets.iter().map(|path| present(path)).collect();
    // A set with more facts than another is not minimal, though the other excludes some of them.
    let is_minimal = |path: &[(u32, bool)]| {
        let facts = present(path);
        !all.iter().any(|other| *other != facts && other.is_subset(&facts))
    };
    let mut sets: Vec<_> = sets.iter().filter(|path| is_minimal(path)).map(|path| space.caller(path)).collect();
    sets.sort_by_cached_key(ToString::to_string);
    Ok((sets, is_all))
}

#[cfg(feature = "test-util")]
impl RoutePolicy {
    /// The smallest callers of the route and, where there are such, callers of each kind that its guards refuse, one with both
    /// credentials that they let in, and for each condition a caller that it alone refuses; whether it is let in.
    pub(crate) fn witnesses(&self) -> Result<Vec<(Witness, bool)>, AnalysisError> {
        let row = Row::from(self);
        let guard = OwnedRequirement::from(&self.requirement);
        let both = OwnedRequirement(auth().0.and(api_key().0));
        let (sets, _) = minimal(row.access(), MOST_WITNESSES)?;
        let mut witnesses: Vec<_> = sets.into_iter().map(|set| (set, true)).collect();
        witnesses.extend(common((&both).into(), row.access())?.map(|it| (it, true)));
        for known in [auth(), api_key(), both] {
            witnesses.extend(beside((&known).into(), (&guard).into())?.map(|it| (it, false)));
        }
        for (i, condition) in row.conditions.iter().enumerate() {
            let mut others = row.conditions.clone();
            others.remove(i);
            let without = Access { node: &guard.0, conditions: &others };
            let with = Access { node: &Node::Public, conditions: std::slice::from_ref(condition) };
            witnesses.extend(beside(without, with)?.map(|it| (it, false)));
        }
        Ok(witnesses)
    }
}

/// More of the smallest callers of a route are not sent to it.
#[cfg(feature = "test-util")]
const MOST_WITNESSES: usize = 64;

impl OwnedRequirement {
    /// A caller who meets this requirement and not `other`; `None` if every caller who meets it meets `other`.
    ///
    /// ```
    /// use auth_core::analysis::fresh;
    ///
    /// assert_eq!(fresh("5m").beside(&fresh("10m")).unwrap(), None);
    /// let witness = fresh("10m").beside(&fresh("5m")).unwrap().unwrap();
    /// assert_eq!(witness.to_string(), "a subject that authenticated 5m to 10m ago");
    /// ```
    ///
    /// # Errors
    ///
    /// [`AnalysisError::TooLarge`]: the bound on the work is reached.
    pub fn beside(&self, other: &Self) -> Result<Option<Witness>, AnalysisError> {
        beside(self.into(), other.into())
    }

    /// A caller who meets it; `None` if no caller can.
    ///
    /// ```
    /// use auth_core::analysis::{all, not, scope};
    ///
    /// assert_eq!(scope("a").example().unwrap().unwrap().to_string(), "a subject with scope `a`");
    /// assert_eq!(all([scope("a"), not(scope("a"))]).example().unwrap(), None);
    /// ```
    ///
    /// # Errors
    ///
    /// [`AnalysisError::TooLarge`]: the bound on the work is reached.
    pub fn example(&self) -> Result<Option<Witness>, AnalysisError> {
        common(self.into(), self.into())
    }

    /// A caller who meets one of the two and not the other; `None` if they are equivalent.
    ///
    /// ```
    /// use auth_core::analysis::{all, any, api_key, auth, scope};
    ///
    /// let one = all([any([auth(), api_key()]), scope("a")]);
    /// let other = all([scope("a"), any([api_key(), auth()])]);
    /// assert_eq!(one.differs(&other).unwrap(), None);
    /// ```
    ///
    /// # Errors
    ///
    /// [`AnalysisError::TooLarge`]: the bound on the work is reached.
    pub fn differs(&self, other: &Self) -> Result<Option<Witness>, AnalysisError> {
        let Comparison { gained, lost } = compare(&[self.into()], &[other.into()])?;
        Ok(lost.or(gained))
    }
}

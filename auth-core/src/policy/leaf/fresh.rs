//! `fresh("10m")`: the subject authenticated at most this long ago.

use std::time::Duration;

use super::{Argument, Credential, CredentialKinds, Form, Missing, Syntax, Tests, Words};
use crate::base::Timestamp;
use crate::policy::{Leaf, Requirement};

/// `fresh("10m")`: the subject authenticated at most this long ago (RFC 9470 `max_age`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fresh {
    /// The maximum age of the authentication, in seconds.
    pub max_age: u64,
}

impl Requirement {
    /// A subject that authenticated at most this many seconds ago.
    #[must_use]
    pub const fn fresh(max_age: u64) -> Self {
        Self::Leaf(Leaf::Fresh(Fresh { max_age }))
    }
}

impl Fresh {
    pub(super) const KINDS: CredentialKinds = CredentialKinds::SUBJECT;
    pub(super) const SYNTAX: Syntax = Syntax { word: "fresh", arguments: &[Form::Seconds], tests: Tests::Age };

    pub(super) const fn words(&self) -> Words {
        Words::with(Self::SYNTAX.word, Argument::Seconds(self.max_age))
    }

    pub(super) const fn implies(&self, other: &Self) -> bool {
        self.max_age <= other.max_age
    }

    pub(super) fn passes(&self, credential: Credential<'_>, now: Timestamp) -> Option<bool> {
        let age = Duration::from_secs(self.max_age);
        credential.is_subject(|subject| subject.authenticated_at().map(|at| now.since(at) <= age))
    }

    pub(super) fn missing(&self) -> Missing {
        Missing::StepUp { max_age: Some(Duration::from_secs(self.max_age)), amr: Vec::new() }
    }
}

//! `role(Admin)`: a subject that holds this role or one that includes it.

use super::{Argument, Credential, CredentialKinds, Form, Missing, Syntax, Tests, Words, same};
use crate::base::Timestamp;
use crate::policy::{Leaf, Requirement};

/// `role(Admin)`: a subject that holds this role or one that includes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Role {
    /// The role's name.
    pub name: &'static str,
    /// The names of all roles that satisfy it, transitively: itself and those that include it.
    pub granted_by: &'static [&'static str],
}

impl Requirement {
    /// A subject that holds one of these roles, all of which are `name` or include it.
    #[must_use]
    pub const fn role(name: &'static str, granted_by: &'static [&'static str]) -> Self {
        Self::Leaf(Leaf::Role(Role { name, granted_by }))
    }
}

impl Role {
    pub(super) const KINDS: CredentialKinds = CredentialKinds::SUBJECT;
    pub(super) const SYNTAX: Syntax = Syntax { word: "role", arguments: &[Form::Name], tests: Tests::Role };

    pub(super) const fn words(&self) -> Words {
        Words::with(Self::SYNTAX.word, Argument::Name(self.name))
    }

    /// A role implies those that it includes: every role that grants it grants them.
    pub(super) const fn implies(&self, other: &Self) -> bool {
        let mut i = 0;
        while i < self.granted_by.len() {
            let mut j = 0;
            while j < other.granted_by.len() && !same(self.granted_by[i], other.granted_by[j]) {
                j += 1;
            }
            if j == other.granted_by.len() {
                return false;
            }
            i += 1;
        }
        true
    }

    pub(super) fn passes(&self, credential: Credential<'_>, _: Timestamp) -> Option<bool> {
        credential.is_subject(|subject| subject.holds_any(self.granted_by))
    }

    #[expect(clippy::unused_self, reason = "all leaves are called alike")]
    pub(super) fn missing(&self) -> Missing {
        Missing::Role
    }
}

//! `scope("reports:read")`: the credential carries this scope.

use super::{Argument, Credential, CredentialKinds, Form, Missing, Syntax, Tests, Words, same};
use crate::base::Timestamp;
use crate::policy::{Leaf, Requirement};

/// `scope("reports:read")`: the credential carries this scope (RFC 6749 section 3.3).
///
/// Two credentials in one request do not share their rights: both must carry it, and for a negation neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scope {
    /// The scope.
    pub name: &'static str,
}

impl Requirement {
    /// A credential, of a kind that the rest of the requirement reads, with this scope.
    #[must_use]
    pub const fn scope(name: &'static str) -> Self {
        Self::Leaf(Leaf::Scope(Scope { name }))
    }
}

impl Scope {
    pub(super) const KINDS: CredentialKinds = CredentialKinds::EITHER;
    pub(super) const SYNTAX: Syntax = Syntax { word: "scope", arguments: &[Form::Text], tests: Tests::Scope };

    pub(super) const fn words(&self) -> Words {
        Words::with(Self::SYNTAX.word, Argument::Text(self.name))
    }

    pub(super) const fn implies(&self, other: &Self) -> bool {
        same(self.name, other.name)
    }

    pub(super) fn passes(&self, credential: Credential<'_>, _: Timestamp) -> Option<bool> {
        credential.has_scope(self.name)
    }

    pub(super) fn missing(&self) -> Missing {
        Missing::Scope(vec![self.name])
    }
}

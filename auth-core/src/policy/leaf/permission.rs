//! `permission(UsersRead)`: a subject with a role that has this permission.

use super::{Argument, Credential, CredentialKinds, Form, Missing, Syntax, Tests, Words, same};
use crate::base::Timestamp;
use crate::policy::{Leaf, Requirement};

/// `permission(UsersRead)`: a subject with a role that has this permission.
///
/// Which roles have it is data: [`RolePermissions`](crate::store::RolePermissions).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Permission {
    /// The permission's name.
    pub name: &'static str,
}

impl Requirement {
    /// A subject with a role that has the permission of this name.
    #[must_use]
    pub const fn permission(name: &'static str) -> Self {
        Self::Leaf(Leaf::Permission(Permission { name }))
    }
}

impl Permission {
    pub(super) const KINDS: CredentialKinds = CredentialKinds::SUBJECT;
    pub(super) const SYNTAX: Syntax = Syntax { word: "permission", arguments: &[Form::Name], tests: Tests::RoleData };

    pub(super) const fn words(&self) -> Words {
        Words::with(Self::SYNTAX.word, Argument::Name(self.name))
    }

    pub(super) const fn implies(&self, other: &Self) -> bool {
        same(self.name, other.name)
    }

    pub(super) fn passes(&self, credential: Credential<'_>, _: Timestamp) -> Option<bool> {
        credential.is_subject(|subject| subject.has_permission(self.name))
    }

    #[expect(clippy::unused_self, reason = "all leaves are called alike")]
    pub(super) fn missing(&self) -> Missing {
        Missing::Permission
    }
}

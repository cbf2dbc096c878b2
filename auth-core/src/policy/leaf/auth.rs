//! `auth`: a subject with a valid access token.

use super::{Credential, CredentialKinds, Missing, Syntax, Tests, Words};
use crate::base::Timestamp;
use crate::policy::{Leaf, Requirement};

/// `auth`: a subject with a valid access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Auth;

impl Requirement {
    /// `auth`: a subject with a valid access token.
    #[must_use]
    pub const fn auth() -> Self {
        Self::Leaf(Leaf::Auth(Auth))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, clippy::unnecessary_wraps, clippy::unused_self, reason = "all leaves are called alike")]
impl Auth {
    pub(super) const KINDS: CredentialKinds = CredentialKinds::SUBJECT;
    pub(super) const SYNTAX: Syntax = Syntax { word: "auth", arguments: &[], tests: Tests::Presence };

    pub(super) const fn words(&self) -> Words {
        Words::alone(Self::SYNTAX.word)
    }

    pub(super) const fn implies(&self, _: &Self) -> bool {
        true
    }

    pub(super) fn passes(&self, _: Credential<'_>, _: Timestamp) -> Option<bool> {
        Some(true)
    }

    pub(super) fn missing(&self) -> Missing {
        Missing::Credential
    }
}

//! `auth`: a subject with a valid access token.

use super::{Credential, CredentialKinds, Missing, Test, Words};
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

impl Auth {
    #[expect(clippy::trivially_copy_pass_by_ref, clippy::unused_self, reason = "all leaves are called alike")]
    pub(super) const fn words(&self) -> Words {
        Words::alone("auth")
    }

    #[expect(clippy::trivially_copy_pass_by_ref, clippy::unused_self, reason = "all leaves are called alike")]
    pub(super) const fn implies(&self, _: &Self) -> bool {
        true
    }
}

impl Test for Auth {
    const KINDS: CredentialKinds = CredentialKinds::SUBJECT;
    const IS_ANY_CREDENTIAL: bool = true;

    fn passes(&self, _: Credential<'_>, _: Timestamp) -> Option<bool> {
        Some(true)
    }

    fn missing(&self) -> Missing {
        Missing::Credential
    }
}

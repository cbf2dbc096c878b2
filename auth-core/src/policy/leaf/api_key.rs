//! `api_key`: a valid API key.

use super::{Credential, CredentialKinds, Missing, Syntax, Tests, Words};
use crate::base::Timestamp;
use crate::policy::{Leaf, Requirement};

/// `api_key`: a valid API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiKey;

impl Requirement {
    /// `api_key`: a valid API key.
    #[must_use]
    pub const fn api_key() -> Self {
        Self::Leaf(Leaf::ApiKey(ApiKey))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, clippy::unnecessary_wraps, clippy::unused_self, reason = "all leaves are called alike")]
impl ApiKey {
    pub(super) const KINDS: CredentialKinds = CredentialKinds::API_KEY;
    pub(super) const SYNTAX: Syntax = Syntax { word: "api_key", arguments: &[], tests: Tests::Presence };

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

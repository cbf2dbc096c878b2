//! `api_key`: a valid API key.

use super::{Credential, CredentialKinds, Missing, Test, Words};
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

impl ApiKey {
    #[expect(clippy::trivially_copy_pass_by_ref, clippy::unused_self, reason = "all leaves are called alike")]
    pub(super) const fn words(&self) -> Words {
        Words::alone("api_key")
    }

    #[expect(clippy::trivially_copy_pass_by_ref, clippy::unused_self, reason = "all leaves are called alike")]
    pub(super) const fn implies(&self, _: &Self) -> bool {
        true
    }
}

impl Test for ApiKey {
    const KINDS: CredentialKinds = CredentialKinds::API_KEY;
    const IS_ANY_CREDENTIAL: bool = true;

    fn passes(&self, _: Credential<'_>, _: Timestamp) -> Option<bool> {
        Some(true)
    }

    fn missing(&self) -> Missing {
        Missing::Credential
    }
}

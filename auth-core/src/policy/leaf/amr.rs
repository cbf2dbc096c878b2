//! `amr("otp")`: the subject authenticated by this method.

use super::{Argument, Credential, CredentialKinds, Form, Missing, Syntax, Tests, Words, same};
use crate::base::Timestamp;
use crate::policy::{Leaf, Requirement};

/// `amr("otp")`: the subject authenticated by this method (an RFC 8176 `amr` value).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Amr {
    /// The method.
    pub method: &'static str,
}

impl Requirement {
    /// A subject that authenticated by this method.
    #[must_use]
    pub const fn amr(method: &'static str) -> Self {
        Self::Leaf(Leaf::Amr(Amr { method }))
    }
}

impl Amr {
    pub(super) const KINDS: CredentialKinds = CredentialKinds::SUBJECT;
    pub(super) const SYNTAX: Syntax = Syntax { word: "amr", arguments: &[Form::Text], tests: Tests::Method };

    pub(super) const fn words(&self) -> Words {
        Words::with(Self::SYNTAX.word, Argument::Text(self.method))
    }

    pub(super) const fn implies(&self, other: &Self) -> bool {
        same(self.method, other.method)
    }

    pub(super) fn passes(&self, credential: Credential<'_>, _: Timestamp) -> Option<bool> {
        credential.is_subject(|subject| subject.authenticated_by(self.method))
    }

    pub(super) fn missing(&self) -> Missing {
        Missing::StepUp { max_age: None, amr: vec![self.method] }
    }
}

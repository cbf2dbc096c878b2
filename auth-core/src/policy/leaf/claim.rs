//! `claim("tenant", "acme")`: the access token carries this claim with this value.

use super::{Argument, Credential, CredentialKinds, Form, Missing, Syntax, Tests, Words, same};
use crate::base::Timestamp;
use crate::policy::{Leaf, Requirement};

/// `claim("tenant", "acme")`: the access token carries this claim with this value.
///
/// A number or boolean is compared by its JSON text; a list carries the values of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The claim's path, in the syntax of [`ClaimPath`](crate::token::ClaimPath).
    pub name: &'static str,
    /// Its value.
    pub value: &'static str,
}

impl Requirement {
    /// A subject whose access token carries this claim with this value.
    #[must_use]
    pub const fn claim(name: &'static str, value: &'static str) -> Self {
        Self::Leaf(Leaf::Claim(Claim { name, value }))
    }
}

impl Claim {
    pub(super) const KINDS: CredentialKinds = CredentialKinds::SUBJECT;
    pub(super) const SYNTAX: Syntax = Syntax { word: "claim", arguments: &[Form::Text, Form::Text], tests: Tests::Claim };

    pub(super) const fn words(&self) -> Words {
        Words { word: Self::SYNTAX.word, arguments: [Argument::Text(self.name), Argument::Text(self.value)] }
    }

    pub(super) const fn implies(&self, other: &Self) -> bool {
        same(self.name, other.name) && same(self.value, other.value)
    }

    pub(super) fn passes(&self, credential: Credential<'_>, _: Timestamp) -> Option<bool> {
        credential.is_subject(|subject| subject.claims(self.name, self.value))
    }

    /// The name identifies the problem; accepted values are not disclosed to the caller.
    pub(super) fn missing(&self) -> Missing {
        Missing::Fact(format!("the claim `{}` with the value that this needs", self.name))
    }
}

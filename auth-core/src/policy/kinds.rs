//! Kinds of credential.

use std::fmt;

/// The kinds of credential that a requirement reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CredentialKinds {
    pub(crate) subject: bool,
    pub(crate) api_key: bool,
}

impl CredentialKinds {
    pub(crate) const NONE: Self = Self { subject: false, api_key: false };
    pub(crate) const SUBJECT: Self = Self { subject: true, api_key: false };
    pub(crate) const API_KEY: Self = Self { subject: false, api_key: true };
    pub(crate) const EITHER: Self = Self { subject: true, api_key: true };

    pub(crate) const fn is_none(self) -> bool {
        !self.subject && !self.api_key
    }

    pub(crate) const fn is(self, other: Self) -> bool {
        self.subject == other.subject && self.api_key == other.api_key
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self { subject: self.subject || other.subject, api_key: self.api_key || other.api_key }
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self { subject: self.subject && other.subject, api_key: self.api_key && other.api_key }
    }
}

impl fmt::Display for CredentialKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.subject, self.api_key) {
            (true, true) => "any(auth, api_key)",
            (true, false) => "auth",
            (false, true) => "api_key",
            (false, false) => "any()",
        })
    }
}

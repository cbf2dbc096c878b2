//! Kinds of credential.

/// Which kinds of credential a requirement looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CredentialKinds {
    pub(crate) subject: bool,
    pub(crate) api_key: bool,
}

impl CredentialKinds {
    pub(crate) const SUBJECT: Self = Self { subject: true, api_key: false };
    pub(crate) const API_KEY: Self = Self { subject: false, api_key: true };
    pub(crate) const EITHER: Self = Self { subject: true, api_key: true };

    pub(crate) const fn is_none(self) -> bool {
        !self.subject && !self.api_key
    }

    pub(crate) const fn is(self, other: Self) -> bool {
        self.subject == other.subject && self.api_key == other.api_key
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self { subject: self.subject && other.subject, api_key: self.api_key && other.api_key }
    }
}

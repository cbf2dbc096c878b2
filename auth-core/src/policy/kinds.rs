//! Which credentials a requirement looks at.

use super::Requirement;

/// Which kinds of credential are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kinds {
    pub(crate) subject: bool,
    pub(crate) api_key: bool,
}

impl Kinds {
    pub(crate) const SUBJECT: Self = Self { subject: true, api_key: false };
    pub(crate) const API_KEY: Self = Self { subject: false, api_key: true };
    pub(crate) const EITHER: Self = Self { subject: true, api_key: true };

    pub(crate) const fn none(self) -> bool {
        !self.subject && !self.api_key
    }

    pub(crate) const fn of(requirement: &Requirement) -> Self {
        Self { subject: requirement.wants_subject(), api_key: requirement.wants_api_key() }
    }
}

//! What a decision looks at of a caller.

use crate::base::Timestamp;

/// The verified credentials of a caller, of the kinds that a requirement looks at.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) subject: Option<&'a dyn SubjectFacts>,
    pub(crate) api_key: Option<&'a dyn CredentialFacts>,
    /// Whether the request carries a credential of none of these kinds.
    pub(crate) sent_other: bool,
    /// Whether it carries an `Authorization` header that no credential source takes.
    pub(crate) sent_foreign: bool,
}

impl Facts<'_> {
    pub(crate) const fn is_anonymous(&self) -> bool {
        self.subject.is_none() && self.api_key.is_none()
    }
}

/// What any credential says.
pub(crate) trait CredentialFacts {
    fn has_scope(&self, scope: &str) -> bool;
}

/// What an access token says of its subject.
pub(crate) trait SubjectFacts: CredentialFacts {
    /// Whether the subject holds one of these roles.
    fn holds_any(&self, roles: &[&str]) -> bool;
    fn authenticated_at(&self) -> Timestamp;
    fn authenticated_by(&self, method: &str) -> bool;
}

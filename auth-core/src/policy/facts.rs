//! The properties of a caller that a decision reads.

use super::CredentialKinds;
use crate::base::Timestamp;

/// The verified credentials of a caller, of the kinds that a requirement reads.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) subject: Option<&'a dyn SubjectFacts>,
    pub(crate) api_key: Option<&'a dyn CredentialFacts>,
    /// Whether the request has a credential of another kind.
    pub(crate) sent_other: bool,
}

impl<'a> Facts<'a> {
    pub(crate) const fn is_anonymous(&self) -> bool {
        self.subject.is_none() && self.api_key.is_none()
    }

    /// The credentials of these kinds.
    pub(super) fn credentials(self, kinds: CredentialKinds) -> impl Iterator<Item = Credential<'a>> {
        let subject = self.subject.filter(|_| kinds.subject).map(Credential::Subject);
        let api_key = self.api_key.filter(|_| kinds.api_key).map(Credential::ApiKey);
        subject.into_iter().chain(api_key)
    }

    /// The caller as seen by a requirement that reads only these kinds.
    pub(crate) fn only(self, kinds: CredentialKinds) -> Self {
        let seen = Self {
            subject: self.subject.filter(|_| kinds.subject),
            api_key: self.api_key.filter(|_| kinds.api_key),
            sent_other: false,
        };
        Self { sent_other: seen.is_anonymous() && (self.sent_other || !self.is_anonymous()), ..seen }
    }
}

/// One verified credential.
#[derive(Clone, Copy)]
pub(crate) enum Credential<'a> {
    Subject(&'a dyn SubjectFacts),
    ApiKey(&'a dyn CredentialFacts),
}

impl<'a> Credential<'a> {
    pub(super) fn has_scope(self, scope: &str) -> Option<bool> {
        match self {
            Self::Subject(subject) => subject.has_scope(scope),
            Self::ApiKey(key) => key.has_scope(scope),
        }
    }

    /// Whether it is an access token with this property.
    pub(super) fn is_subject(self, what: impl FnOnce(&'a dyn SubjectFacts) -> Option<bool>) -> Option<bool> {
        match self {
            Self::Subject(subject) => what(subject),
            Self::ApiKey(_) => Some(false),
        }
    }
}

/// Properties of any credential. `None` is unknown, because the credential has the property in a malformed form: then
/// neither a leaf nor its negation passes.
pub(crate) trait CredentialFacts {
    fn has_scope(&self, scope: &str) -> Option<bool>;
}

/// What a list of names proves: that a name is in it, and that a name is absent only if the list is `complete`.
pub(crate) fn known(is_among: bool, complete: bool) -> Option<bool> {
    (is_among || complete).then_some(is_among)
}

/// Properties of an access token's subject; `None` as for [`CredentialFacts`].
pub(crate) trait SubjectFacts: CredentialFacts {
    /// Whether the subject has one of these roles.
    fn holds_any(&self, roles: &[&str]) -> Option<bool>;
    /// Whether one of the subject's roles has this permission.
    fn has_permission(&self, name: &str) -> Option<bool>;
    fn authenticated_at(&self) -> Option<Timestamp>;
    fn authenticated_by(&self, method: &str) -> Option<bool>;
    /// Whether the access token carries the claim `name` with this value.
    fn claims(&self, name: &str, value: &str) -> Option<bool>;
}

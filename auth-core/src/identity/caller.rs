//! Who calls: the verified credentials of one request.

use crate::{ApiKeyIdentity, Identity, Principal};

/// The verified credentials of one request, of the kinds that were asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    pub(super) subject: Option<Identity>,
    pub(super) api_key: Option<ApiKeyIdentity>,
    pub(super) sent_other: bool,
}

impl Caller {
    pub(crate) fn subject(&self) -> Option<&Identity> {
        self.subject.as_ref()
    }

    pub(crate) fn api_key(&self) -> Option<&ApiKeyIdentity> {
        self.api_key.as_ref()
    }

    /// Who calls; sent both, the subject of the access token.
    pub(crate) fn principal(&self) -> Option<Principal> {
        let key = || self.api_key.clone().map(Principal::ApiKey);
        self.subject.clone().map(Principal::Subject).or_else(key)
    }

    pub(crate) fn is_anonymous(&self) -> bool {
        self.subject.is_none() && self.api_key.is_none()
    }

    /// Whether a bearer credential was sent that is of none of the kinds asked for.
    pub(crate) fn sent_other_credential(&self) -> bool {
        self.sent_other
    }
}

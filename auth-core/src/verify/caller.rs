//! Who calls: the verified credentials of one request.

use super::{ApiKeyIdentity, Identity};
use crate::base::Actor;
use crate::policy::{CredentialFacts, Facts, SubjectFacts};

/// Who calls, by either kind of credential. Sent both, the subject of the access token is the caller.
///
/// A route without a guard that takes it answers 401 to a caller without credentials, and names both challenges.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[require(any(auth, api_key))]
/// async fn feed(caller: Principal) -> String {
///     match caller {
///         Principal::Subject(identity) => format!("for {}", identity.subject()),
///         Principal::ApiKey(key) => format!("for the program {}", key.name()),
///         _ => "for another caller".to_owned(),
///     }
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Principal {
    /// A subject, by access token.
    Subject(Identity),
    /// A program, by API key.
    ApiKey(ApiKeyIdentity),
}

/// The verified credentials of one request, of the kinds that were asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    pub(crate) subject: Option<Identity>,
    pub(crate) api_key: Option<ApiKeyIdentity>,
    pub(crate) sent_other: bool,
    pub(crate) sent_foreign: bool,
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

    /// What a decision looks at.
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            subject: self.subject.as_ref().map(|subject| subject as &dyn SubjectFacts),
            api_key: self.api_key.as_ref().map(|key| key as &dyn CredentialFacts),
            sent_other: self.sent_other,
        }
    }

    /// Whether a bearer credential was sent that is of none of the kinds asked for.
    pub(crate) fn sent_other_credential(&self) -> bool {
        self.sent_other
    }

    /// Whether an `Authorization` header was sent that no credential source takes.
    pub(crate) fn sent_foreign(&self) -> bool {
        self.sent_foreign
    }

    /// Who acts in an operation that this request calls.
    pub(crate) fn actor(&self) -> Actor {
        match (&self.subject, &self.api_key) {
            (Some(identity), _) => Actor::Subject(identity.subject().clone()),
            (None, Some(key)) => Actor::ApiKey(key.id().clone()),
            (None, None) => Actor::Anonymous,
        }
    }
}

//! The verified credentials of one request.

use super::{ApiKeyIdentity, Identity};
use crate::base::{Actor, ApiKeyId, Standing, SubjectId};
use crate::policy::{CredentialFacts, Facts, SubjectFacts};

/// The caller by either kind of credential. With both credentials it is the subject of the access token.
///
/// On a route without a guard the extractor answers 401 without credentials, with the challenges of both kinds.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[require(any(auth, api_key))]
/// async fn feed(caller: Principal) -> String {
///     match caller {
///         Principal::Subject(identity) => format!("for {}", identity.subject()),
///         Principal::ApiKey(key) => format!("for the program {}", key.name()),
///         _ => "for another kind of caller".to_owned(),
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

/// The verified credentials of one request, of the requested kinds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    pub(crate) subject: Option<Identity>,
    pub(crate) api_key: Option<ApiKeyIdentity>,
    /// A credential was sent, but none of a requested kind.
    pub(crate) sent_other: bool,
    /// An `Authorization` header was sent that no credential source accepts.
    pub(crate) sent_foreign: bool,
}

impl Caller {
    pub(crate) fn principal(&self) -> Option<Principal> {
        let key = || self.api_key.clone().map(Principal::ApiKey);
        self.subject.clone().map(Principal::Subject).or_else(key)
    }

    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            subject: self.subject.as_ref().map(|subject| subject as &dyn SubjectFacts),
            api_key: self.api_key.as_ref().map(|key| key as &dyn CredentialFacts),
            sent_other: self.sent_other,
        }
    }

    /// The ids that access events record.
    pub(crate) fn ids(&self) -> (Option<SubjectId>, Option<ApiKeyId>) {
        let subject = self.subject.as_ref().map(|identity| identity.subject().clone());
        (subject, self.api_key.as_ref().map(|key| key.id().clone()))
    }

    /// What a change of this caller verifies again.
    pub(crate) fn standing(&self) -> Option<Standing> {
        match (&self.subject, &self.api_key) {
            (Some(identity), _) => identity.standing().map(Standing::Subject),
            (None, key) => key.as_ref().map(|key| Standing::ApiKey(*key.presented().as_bytes())),
        }
    }

    /// The actor of operations that this request calls.
    pub(crate) fn actor(&self) -> Actor {
        match (&self.subject, &self.api_key) {
            (Some(identity), _) => Actor::Subject(identity.subject().clone()),
            (None, Some(key)) => Actor::ApiKey(key.id().clone()),
            (None, None) => Actor::Anonymous,
        }
    }
}

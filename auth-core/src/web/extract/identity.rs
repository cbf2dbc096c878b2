//! Identities as extractors: behind a guard they reuse its verification, elsewhere they verify by themselves.

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;

use crate::policy::CredentialKinds;
use crate::service::Auth;
use crate::token::Claims;
use crate::verify::{AccessError, ApiKeyIdentity, Caller, Identity, Principal};
use crate::web::head;
use crate::web::http::Rejection;

/// How an extractor finds itself in the request's verified credentials.
pub(crate) trait FromCaller: Sized {
    const KINDS: CredentialKinds;
    fn from_caller(caller: Caller) -> Option<Self>;
}

impl FromCaller for Identity {
    const KINDS: CredentialKinds = CredentialKinds::SUBJECT;
    fn from_caller(caller: Caller) -> Option<Self> {
        caller.subject
    }
}

impl FromCaller for ApiKeyIdentity {
    const KINDS: CredentialKinds = CredentialKinds::API_KEY;
    fn from_caller(caller: Caller) -> Option<Self> {
        caller.api_key
    }
}

impl FromCaller for Claims {
    const KINDS: CredentialKinds = CredentialKinds::SUBJECT;
    fn from_caller(caller: Caller) -> Option<Self> {
        caller.subject.map(|identity| identity.claims().clone())
    }
}

impl FromCaller for Principal {
    const KINDS: CredentialKinds = CredentialKinds::EITHER;
    fn from_caller(caller: Caller) -> Option<Self> {
        caller.principal()
    }
}

/// A bad credential is an error, none at all is `None`: only the second may pass as anonymous. An `Authorization` header
/// that no source takes is a bad one, too.
pub(crate) async fn optional<T: FromCaller>(parts: &mut Parts, auth: &Auth) -> Result<Option<T>, Rejection> {
    let api_key = T::KINDS.api_key;
    let refuse = |refused: AccessError| Rejection::new(refused.where_api_key(api_key), auth);
    let caller = auth.verifier().authenticate(&mut head(parts), T::KINDS).await.map_err(refuse)?;
    let foreign = caller.sent_foreign();
    match T::from_caller(caller) {
        None if foreign => Err(refuse(AccessError::InvalidCredential { api_key })),
        found => Ok(found),
    }
}

pub(crate) async fn required<T: FromCaller>(parts: &mut Parts, auth: &Auth) -> Result<T, Rejection> {
    let api_key = T::KINDS.api_key;
    let refuse = |refused: AccessError| Rejection::new(refused.where_api_key(api_key), auth);
    let caller = auth.verifier().authenticate(&mut head(parts), T::KINDS).await.map_err(refuse)?;
    let sent_other = caller.sent_other_credential();
    T::from_caller(caller).ok_or_else(|| {
        refuse(if sent_other {
            AccessError::InvalidCredential { api_key }
        } else {
            AccessError::NoCredential { api_key }
        })
    })
}

macro_rules! extractors {
    ($($ty:ty),*) => {$(
        impl<S> FromRequestParts<S> for $ty
        where
            S: Send + Sync,
            Auth: FromRef<S>,
        {
            type Rejection = Rejection;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
                required(parts, &Auth::from_ref(state)).await
            }
        }

        impl<S> OptionalFromRequestParts<S> for $ty
        where
            S: Send + Sync,
            Auth: FromRef<S>,
        {
            type Rejection = Rejection;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Rejection> {
                optional(parts, &Auth::from_ref(state)).await
            }
        }
    )*};
}

extractors!(Identity, ApiKeyIdentity, Claims, Principal);

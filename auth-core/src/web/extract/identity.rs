//! Identities as extractors. They reuse a guard's verification; without a guard they verify themselves.

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;

use crate::policy::CredentialKinds;
use crate::service::Auth;
use crate::token::Claims;
use crate::verify::{AccessError, ApiKeyIdentity, Caller, Identity, Principal};
use crate::web::head;
use crate::web::http::Rejection;

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

fn refusal<T: FromCaller>(refused: AccessError, auth: &Auth) -> Rejection {
    Rejection::new(refused.where_api_key(T::KINDS.api_key), auth)
}

async fn caller<T: FromCaller>(parts: &mut Parts, auth: &Auth) -> Result<Caller, Rejection> {
    let caller = auth.verifier().authenticate(&mut head(parts, auth), T::KINDS).await;
    caller.map_err(|refused| refusal::<T>(refused, auth))
}

/// `None` only without a credential: an invalid one is refused, and so is an `Authorization` header that no source
/// accepts.
pub(crate) async fn optional<T: FromCaller>(parts: &mut Parts, auth: &Auth) -> Result<Option<T>, Rejection> {
    let caller = caller::<T>(parts, auth).await?;
    let foreign = caller.sent_foreign;
    match T::from_caller(caller) {
        None if foreign => Err(refusal::<T>(AccessError::invalid_credential(), auth)),
        found => Ok(found),
    }
}

pub(crate) async fn required<T: FromCaller>(parts: &mut Parts, auth: &Auth) -> Result<T, Rejection> {
    let caller = caller::<T>(parts, auth).await?;
    let refused = if caller.sent_other { AccessError::invalid_credential() } else { AccessError::no_credential() };
    T::from_caller(caller).ok_or_else(|| refusal::<T>(refused, auth))
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

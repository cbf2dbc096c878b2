//! The application's own user of a request.

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;

use super::identity;
use crate::service::Auth;
use crate::store::StoreError;
use crate::verify::{AccessError, Identity};
use crate::web::http::Rejection;

/// Loads the application's user of a verified subject. `S` is the application's state. [`CurrentUser`] has an example.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be loaded as the current user with the state `{S}`",
    label = "`FromSubject<{S}>` is not implemented for this type",
    note = "implement it: `impl FromSubject<{S}> for {Self}`"
)]
pub trait FromSubject<S>: Sized + Send {
    /// The user of this identity. `None` refuses the request with 401, a [`StoreError`] with 503.
    fn from_subject(identity: &Identity, state: &S) -> impl Future<Output = Result<Option<Self>, StoreError>> + Send;
}

/// The verified subject itself, without a query.
impl<S: Sync> FromSubject<S> for Identity {
    async fn from_subject(identity: &Identity, _: &S) -> Result<Option<Self>, StoreError> {
        Ok(Some(identity.clone()))
    }
}

/// Extracts the application's user of the request's subject.
///
/// It reuses the guard's verification; on a plain router it verifies the token itself. `Option<CurrentUser<U>>` is `None`
/// only without an access token: an invalid one is refused with 401.
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::store::StoreError;
///
/// struct User {
///     email: String,
/// }
///
/// impl FromSubject<Auth> for User {
///     async fn from_subject(identity: &Identity, auth: &Auth) -> Result<Option<Self>, StoreError> {
///         let account = auth.account(identity.subject()).await.map_err(StoreError::unavailable)?;
///         Ok(Some(User { email: account.email.to_string() }))
///     }
/// }
///
/// #[require_auth]
/// async fn me(CurrentUser(user): CurrentUser<User>) -> String {
///     user.email
/// }
///
/// # fn main() {
/// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/me", get(me));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentUser<U>(pub U);

impl<U> CurrentUser<U> {
    async fn load<S>(identity: &Identity, state: &S, auth: &Auth) -> Result<Self, Rejection>
    where
        U: FromSubject<S>,
    {
        match U::from_subject(identity, state).await {
            Ok(Some(user)) => Ok(Self(user)),
            Ok(None) => Err(Rejection::new(AccessError::invalid_credential(), auth)),
            Err(error) => Err(Rejection::new(AccessError::from(error), auth)),
        }
    }
}

impl<S, U> FromRequestParts<S> for CurrentUser<U>
where
    S: Send + Sync,
    Auth: FromRef<S>,
    U: FromSubject<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let auth = Auth::from_ref(state);
        let identity: Identity = identity::required(parts, &auth).await?;
        Self::load(&identity, state, &auth).await
    }
}

impl<S, U> OptionalFromRequestParts<S> for CurrentUser<U>
where
    S: Send + Sync,
    Auth: FromRef<S>,
    U: FromSubject<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Rejection> {
        let auth = Auth::from_ref(state);
        match identity::optional::<Identity>(parts, &auth).await? {
            Some(identity) => Self::load(&identity, state, &auth).await.map(Some),
            None => Ok(None),
        }
    }
}

//! `Allowed<P, U>`: a guard and the user that it let in, as one parameter.

use std::ops::Deref;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use super::Guard;
use crate::policy::Policy;
use crate::service::Auth;
use crate::verify::Proof;
use crate::web::extract::{CurrentUser, FromSubject};
use crate::web::http::Rejection;

/// The application's user of a caller who meets the policy `P`: evidence and extractor at once.
///
/// As a handler's first parameter it is the handler's guard, so a type alias says in the signature who may call, as
/// FastAPI's `Annotated` dependencies do. It refuses first what [`Guard<P>`](Guard) refuses, then what [`CurrentUser`]
/// refuses: it needs an access token, also where `P` lets an API key in. `U` is loaded by its [`FromSubject`], and
/// [`Identity`](crate::Identity) is one that needs no query.
///
/// Elsewhere than first it checks as well, but it is no guard: a handler without another one does not compile in a
/// [`GuardedRouter`](crate::GuardedRouter), and beside an attribute the policy table shows the attribute alone.
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::store::StoreError;
///
/// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Role { Admin }
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
/// guard!(pub AdminOnly = role(Admin));
/// type AdminUser = Allowed<AdminOnly, User>;
///
/// async fn settings(admin: AdminUser) -> String {
///     format!("for {}", admin.email)
/// }
///
/// # fn main() {
/// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/settings", get(settings));
/// assert_eq!(app.policy().routes()[0].requirement.to_string(), "role(Admin)");
/// # }
/// ```
#[must_use = "the request is guarded either way, but dropping it loses the user"]
pub struct Allowed<P: Policy, U> {
    guard: Guard<P>,
    user: U,
}

impl<P: Policy, U> Allowed<P, U> {
    /// The user alone.
    pub fn into_inner(self) -> U {
        self.user
    }

    /// The proof for functions that must not run without the policy.
    #[must_use]
    pub const fn proof(&self) -> &Proof<P> {
        self.guard.proof()
    }
}

impl<P: Policy, U> Deref for Allowed<P, U> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.user
    }
}

impl<P: Policy, U: std::fmt::Debug> std::fmt::Debug for Allowed<P, U> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Allowed").field("policy", &P::DECLARED.name).field("user", &self.user).finish_non_exhaustive()
    }
}

impl<S, P, U> FromRequestParts<S> for Allowed<P, U>
where
    P: Policy,
    S: Send + Sync,
    Auth: FromRef<S>,
    U: FromSubject<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        // The guard first: a refused caller costs no query.
        let guard = Guard::from_request_parts(parts, state).await?;
        let CurrentUser(user) = CurrentUser::from_request_parts(parts, state).await?;
        Ok(Self { guard, user })
    }
}

//! Every kind of refusal, and the table of their answers.

use axum::http::StatusCode;

use crate::cache::Throttled;
#[cfg(feature = "server")]
use crate::service::AccountError;
use crate::store::{StoreError, UNSTORABLE};
use crate::verify::AccessError;
use crate::web::http::FieldProblem;

/// Why a request was refused: the error type of a handler.
///
/// `?` makes one of an [`AccessError`] and of the errors of operations; as a response it takes realm, challenge schemes and
/// error body from the `Auth` of the [`GuardedRouter`](crate::GuardedRouter) around it. A plain axum router gives the
/// defaults: the realm `api`, `Bearer`, and problem details (RFC 9457).
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::{AccessError, Context, Refusal};
/// use axum::extract::State;
///
/// #[require_auth]
/// async fn end_everywhere(identity: Identity, context: Context, State(auth): State<Auth>) -> Result<(), Refusal> {
///     auth.logout_everywhere(&context, identity.subject()).await?;
///     Ok(())
/// }
///
/// # fn main() {
/// assert_eq!(Refusal::from(AccessError::NoCredential { api_key: false, scopes: vec![] }).status(), 401);
/// assert_eq!(Refusal::from(AccessError::InsufficientRole).status(), 403);
/// assert_eq!(Refusal::from(AccessError::Unavailable).status(), 503); // undecided is never allowed
/// assert_eq!(Refusal::NotFound { what: "article" }.status(), 404);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A guard refused the caller.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// An operation failed.
    #[cfg(feature = "server")]
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The request's body, path or query could not be read.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The application's own rule refused the caller.
    #[error("The caller may not do this.")]
    Forbidden,
    /// The resource does not exist, or not for this caller.
    #[error("There is no such {what}.")]
    NotFound {
        /// The kind of the resource.
        what: &'static str,
    },
}

/// Why the body, the path or the query of a request could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
#[non_exhaustive]
pub struct BodyError {
    /// 400, 413, 415, 422 or another client error.
    pub status: StatusCode,
    /// The error, without any part of the request.
    pub detail: String,
}

impl BodyError {
    /// 422: it is well formed, and a value in it cannot be used.
    pub fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// A client error of this status; `detail` must not repeat any part of the request.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::InvalidText(_) => BodyError::unprocessable(UNSTORABLE).into(),
            other => Self::Access(other.into()),
        }
    }
}

/// The answer to a refusal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The last part of the problem's `type`.
    pub(crate) slug: &'static str,
    pub(crate) title: &'static str,
    pub(crate) challenge: Challenge,
}

/// The kind of `WWW-Authenticate` challenge (RFC 6750 section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    None,
    /// Without `error`: the request carried no credential.
    Plain,
    /// With this `error`.
    Error(&'static str),
}

type Row = (u16, &'static str, &'static str, Challenge);

impl Refusal {
    /// The HTTP status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.answer().status
    }

    /// The used up rate limit, if that is why.
    pub(crate) const fn throttled(&self) -> Option<&Throttled> {
        match self {
            Self::Access(AccessError::RateLimited(used_up)) => Some(used_up),
            #[cfg(feature = "server")]
            Self::Account(AccountError::RateLimited(used_up)) => Some(used_up),
            _ => None,
        }
    }

    /// The fields of the request that cannot be used, for the member `errors` of the body.
    #[cfg(feature = "server")]
    pub(crate) fn fields(&self) -> Vec<FieldProblem> {
        let Self::Account(error) = self else { return Vec::new() };
        error.fields().iter().map(|error| FieldProblem::new(error.field, error.detail)).collect()
    }

    #[cfg(not(feature = "server"))]
    #[expect(clippy::unused_self, reason = "the variant with the feature `server` uses it")]
    pub(crate) const fn fields(&self) -> Vec<FieldProblem> {
        Vec::new()
    }

    pub(crate) fn answer(&self) -> Answer {
        let (status, slug, title, challenge) = match self {
            Self::Access(error) => access(error),
            #[cfg(feature = "server")]
            Self::Account(error) => account(error),
            Self::Body(BodyError { status, .. }) => {
                let title = status.canonical_reason().unwrap_or("Bad request");
                (status.as_u16(), "bad-request", title, Challenge::None)
            }
            Self::Forbidden => access(&AccessError::Forbidden),
            Self::NotFound { .. } => NOT_FOUND,
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Answer { status, slug, title, challenge }
    }
}

const NOT_FOUND: Row = (404, "not-found", "Not found", Challenge::None);
const TOO_MANY: Row = (429, "rate-limited", "Too many requests", Challenge::None);
const OVERLOADED: Row = (503, "busy", "Busy", Challenge::None);
const UNAVAILABLE: Row = (503, "unavailable", "Unavailable", Challenge::None);
const MISCONFIGURED: Row = (500, "misconfigured", "Internal server error", Challenge::None);

/// One row for each refusal of a guard.
fn access(error: &AccessError) -> Row {
    use Challenge::{Error, Plain};
    match error {
        AccessError::NoCredential { .. } => (401, "unauthenticated", "Authentication required", Plain),
        AccessError::InvalidCredential { .. } => (401, "invalid-token", "Invalid credential", Error("invalid_token")),
        AccessError::InvalidDpopProof => {
            (401, "invalid-dpop-proof", "Invalid proof of a key", Error("invalid_dpop_proof"))
        }
        AccessError::CrossSite => (403, "cross-site", "Forbidden", Challenge::None),
        AccessError::AmbiguousCredential => (400, "invalid-request", "Ambiguous credential", Error("invalid_request")),
        AccessError::InsufficientPermission => {
            (403, "insufficient-permission", "Forbidden", Error("insufficient_scope"))
        }
        AccessError::InsufficientRole => (403, "insufficient-role", "Forbidden", Error("insufficient_scope")),
        AccessError::InsufficientScope { .. } => (403, "insufficient-scope", "Forbidden", Error("insufficient_scope")),
        AccessError::InsufficientCredential { .. } => {
            (403, "insufficient-credential", "Forbidden", Error("insufficient_scope"))
        }
        AccessError::Denied => (403, "excluded", "Forbidden", Error("insufficient_scope")),
        AccessError::Forbidden => (403, "forbidden", "Forbidden", Error("insufficient_scope")),
        AccessError::StepUp { .. } => {
            (401, "step-up", "Stronger authentication required", Error("insufficient_user_authentication"))
        }
        AccessError::RateLimited(_) => TOO_MANY,
        AccessError::Overloaded => OVERLOADED,
        AccessError::Unavailable => UNAVAILABLE,
        AccessError::Misconfigured => MISCONFIGURED,
    }
}

/// One row for each error of an operation.
#[cfg(feature = "server")]
fn account(error: &AccountError) -> Row {
    use Challenge::{Error, None, Plain};
    match error {
        AccountError::InvalidCredentials => (401, "wrong-password", "Login failed", Plain),
        AccountError::WrongCurrentPassword => (403, "wrong-current-password", "Forbidden", Plain),
        AccountError::CallerChanged => (401, "invalid-token", "Invalid credential", Error("invalid_token")),
        AccountError::InvalidRefreshToken => (401, "invalid-refresh-token", "Refresh failed", Error("invalid_token")),
        AccountError::SecondFactorRequired => (401, "second-factor-required", "Second factor required", Plain),
        AccountError::WrongSecondFactor => (401, "wrong-second-factor", "Login failed", Plain),
        AccountError::InvalidCode => (403, "wrong-code", "Forbidden", Plain),
        AccountError::SecondFactorExists => (409, "second-factor-exists", "Conflict", None),
        AccountError::StepUpRequired => {
            (401, "step-up", "Stronger authentication required", Error("insufficient_user_authentication"))
        }
        AccountError::InvalidOneTimeToken => (401, "invalid-one-time-token", "Invalid token", Error("invalid_token")),
        AccountError::InvalidDpopProof => (400, "invalid-dpop-proof", "Invalid proof of a key", None),
        AccountError::InvalidScope => (400, "invalid-scope", "Invalid scope", None),
        AccountError::MalformedScope => (422, "malformed-scope", "Unprocessable Entity", None),
        AccountError::ApiKeyExpired => (409, "api-key-expired", "Conflict", None),
        AccountError::EmailTaken => (409, "email-taken", "Conflict", None),
        AccountError::InvalidFields { fields } if fields.iter().all(|field| field.is_taken) => {
            (409, "taken", "Conflict", None)
        }
        AccountError::InvalidFields { .. } => (422, "invalid-fields", "Unprocessable Entity", None),
        AccountError::LastOfRole => (409, "last-of-role", "Conflict", None),
        AccountError::InvalidEmail(_) => (422, "invalid-email", "Invalid email", None),
        AccountError::WeakPassword(_) => (422, "weak-password", "Weak password", None),
        AccountError::InvalidInput { .. } => (422, "bad-request", "Unprocessable Entity", None),
        AccountError::NotFound { .. } => NOT_FOUND,
        AccountError::RateLimited(_) => TOO_MANY,
        AccountError::Overloaded => OVERLOADED,
        AccountError::Unavailable => UNAVAILABLE,
        AccountError::Misconfigured { .. } => MISCONFIGURED,
    }
}

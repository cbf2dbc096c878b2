//! Errors in the API's form: `{"errors": {"title": ["can't be blank"]}}`.

use auth_core::http::{ErrorBody, Problem};
use auth_core::prelude::*;
use auth_core::store::StoreError;
use auth_core::{AccountError, Refusal};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Refusal(#[from] Refusal),
    #[error("invalid fields")]
    Invalid(Vec<(&'static str, &'static str)>),
    #[error("{0} has already been taken")]
    Taken(&'static str),
    #[error("{0} is another user's")]
    Forbidden(&'static str),
    #[error("{0} not found")]
    NotFound(&'static str),
}

impl From<AccountError> for Error {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::WeakPassword(_) => Self::Invalid(vec![("password", "is too short or too easy to guess")]),
            AccountError::InvalidEmail(_) => Self::Invalid(vec![("email", "is invalid")]),
            error => Self::Refusal(error.into()),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(sqlx::error::DatabaseError::code) {
            // PostgreSQL stores no NUL.
            Some(code) if code == "22021" => Self::Invalid(vec![("request", "is invalid")]),
            _ => Self::Refusal(StoreError::unavailable(error).into()),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::Refusal(refusal) => refusal.into_response(),
            Self::Invalid(fields) => errors(StatusCode::UNPROCESSABLE_ENTITY, &fields),
            Self::Taken(field) => errors(StatusCode::CONFLICT, &[(field, "has already been taken")]),
            Self::Forbidden(what) => errors(StatusCode::FORBIDDEN, &[(what, "forbidden")]),
            Self::NotFound(what) => errors(StatusCode::NOT_FOUND, &[(what, "not found")]),
        }
    }
}

fn errors(status: StatusCode, fields: &[(&str, &str)]) -> Response {
    let fields: Map<_, Value> = fields.iter().map(|(field, text)| ((*field).to_owned(), json!([text]))).collect();
    (status, Json(json!({ "errors": fields }))).into_response()
}

/// The bodies of auth-core's refusals; status and challenge remain its own.
pub(crate) fn body() -> ErrorBody {
    ErrorBody::new(|problem: &Problem| {
        let field = match problem.kind.rsplit(':').next() {
            Some("unauthenticated") => ("token", "is missing"),
            Some("invalid-token") => ("token", "is invalid"),
            Some("wrong-password") => ("credentials", "invalid"),
            Some("forbidden") => ("resource", "forbidden"),
            _ => ("body", &*problem.detail),
        };
        errors(problem.status, &[field])
    })
}

#[public]
pub(crate) async fn unknown_path() -> Error {
    Error::NotFound("resource")
}

/// The fields that are blank, or that no database stores, as an error when there are any.
pub(crate) fn not_blank(fields: &[(&'static str, &str)]) -> Result<()> {
    let wrong = fields.iter().filter_map(|(field, text)| match text {
        text if text.trim().is_empty() => Some((*field, "can't be blank")),
        text if text.contains('\0') => Some((*field, "is invalid")),
        _ => None,
    });
    let wrong: Vec<_> = wrong.collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}

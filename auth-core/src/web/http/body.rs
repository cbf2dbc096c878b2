//! Request bodies with refusals in the application's error body.

use std::error::Error;

use axum::extract::{FromRef, FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Rejection;
use crate::service::Auth;
use crate::web::BodyError;

/// A JSON body, like [`axum::Json`]. An unreadable body is answered 400, 413, 415 or 422 in the application's error body,
/// which never repeats the sent value: it may be a password.
///
/// ```
/// use auth_core::http::Json;
/// use auth_core::prelude::*;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Note {
///     text: String,
/// }
///
/// #[public]
/// async fn note(Json(note): Json<Note>) -> String {
///     note.text
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

/// A form body (`application/x-www-form-urlencoded`), like [`axum::Form`], with the refusals of [`Json`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Form<T>(pub T);

/// A form or JSON body, by its content type, with the refusals of [`Json`].
#[derive(Clone, Copy, Debug, Default)]
pub struct FormOrJson<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

macro_rules! bodies {
    ($($name:ident),*) => {$(
        impl<S, T> FromRequest<S> for $name<T>
        where
            S: Send + Sync,
            Auth: FromRef<S>,
            T: DeserializeOwned,
        {
            type Rejection = Rejection;

            async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
                match axum::$name::from_request(request, state).await {
                    Ok(axum::$name(value)) => Ok(Self(value)),
                    Err(rejection) => Err(unreadable(rejection.status(), &rejection, &Auth::from_ref(state))),
                }
            }
        }
    )*};
}

bodies!(Json, Form);

impl<S, T> FromRequest<S> for FormOrJson<T>
where
    S: Send + Sync,
    Auth: FromRef<S>,
    T: DeserializeOwned,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        let content_type = request.headers().get(header::CONTENT_TYPE).map(header::HeaderValue::as_bytes);
        if content_type.is_some_and(|kind| kind.to_ascii_lowercase().starts_with(b"application/json")) {
            Json::from_request(request, state).await.map(|Json(value)| Self(value))
        } else {
            Form::from_request(request, state).await.map(|Form(value)| Self(value))
        }
    }
}

fn unreadable(status: StatusCode, rejection: &dyn Error, auth: &Auth) -> Rejection {
    let detail = match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "The content type is not supported.".to_owned(),
        StatusCode::PAYLOAD_TOO_LARGE => "The body is too large.".to_owned(),
        StatusCode::BAD_REQUEST => "The body is malformed.".to_owned(),
        _ => format!("The body does not have the expected fields{}.", hint(rejection)),
    };
    Rejection::new(BodyError::new(status, detail), auth)
}

/// serde's message without the sent value: `missing field`, or what was expected.
///
/// The value may contain the searched words, but it comes before the last `expected` and before the position.
fn hint(error: &dyn Error) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    let text = root.to_string();
    let text = without_place(&text);
    if text.starts_with("missing field ") {
        return format!(": {text}");
    }
    match text.rsplit_once(", expected ") {
        Some((_, what)) if what.starts_with("struct ") => ": expected an object".to_owned(),
        Some((_, what)) => format!(": expected {what}"),
        None => String::new(),
    }
}

/// The text without `serde_json`'s ` at line 1 column 2`.
fn without_place(text: &str) -> &str {
    let is_place = |place: &str| place.split(" column ").all(|n| n.bytes().all(|digit| digit.is_ascii_digit()));
    text.rsplit_once(" at line ").filter(|(_, place)| is_place(place)).map_or(text, |(before, _)| before)
}

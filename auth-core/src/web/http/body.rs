//! Request bodies whose refusals look like every other refusal.

use std::error::Error;

use axum::extract::{FromRef, FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Rejection;
use crate::service::Auth;
use crate::web::BodyError;

/// A JSON body, as [`axum::Json`], answering a body that cannot be read with the application's error body (400, 413,
/// 415 or 422). It never repeats what was sent, since that may be a password.
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
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use {axum::{body::Body, http::Request}, tower::ServiceExt as _};
/// # let auth = auth_core::testing::in_memory().build()?;
/// let app: axum::Router = GuardedRouter::new().route("/notes", post(note)).with_state(auth);
/// let broken = Request::post("/notes").header("content-type", "application/json").body(Body::from("{}"))?;
/// let answer = app.oneshot(broken).await?;
/// assert_eq!(answer.status(), 422);
/// assert_eq!(answer.headers()["content-type"], "application/problem+json");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

/// A form body (`application/x-www-form-urlencoded`), as [`axum::Form`], with refusals as [`Json`]'s.
///
/// ```
/// use auth_core::http::Form;
/// use auth_core::prelude::*;
///
/// #[derive(serde::Deserialize)]
/// struct Search {
///     words: String,
/// }
///
/// #[require_auth]
/// async fn search(Form(search): Form<Search>) -> String {
///     search.words
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Form<T>(pub T);

/// A form or JSON body, whichever the content type says, with refusals as [`Json`]'s.
///
/// ```
/// use auth_core::http::FormOrJson;
/// use auth_core::prelude::*;
///
/// #[derive(serde::Deserialize)]
/// struct Note {
///     text: String,
/// }
///
/// #[require_auth]
/// async fn note(FormOrJson(note): FormOrJson<Note>) -> String {
///     note.text
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct FormOrJson<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    Auth: FromRef<S>,
    T: DeserializeOwned,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        match axum::Json::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(unreadable(rejection.status(), &rejection, &Auth::from_ref(state))),
        }
    }
}

impl<S, T> FromRequest<S> for Form<T>
where
    S: Send + Sync,
    Auth: FromRef<S>,
    T: DeserializeOwned,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        match axum::Form::from_request(request, state).await {
            Ok(axum::Form(value)) => Ok(Self(value)),
            Err(rejection) => Err(unreadable(rejection.status(), &rejection, &Auth::from_ref(state))),
        }
    }
}

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
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "The content type is not one that this takes.".to_owned(),
        StatusCode::PAYLOAD_TOO_LARGE => "The body is too large.".to_owned(),
        StatusCode::BAD_REQUEST => "The body is not well formed.".to_owned(),
        _ => format!("The body does not have the expected fields{}.", hint(rejection)),
    };
    Rejection::new(BodyError::new(status, detail), auth)
}

/// What serde says was wrong, less the value that was wrong: `missing field`, or what was expected instead.
///
/// The value may hold any words, those that are looked for among them. It stands before the last `expected`, and before
/// the place in the body.
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

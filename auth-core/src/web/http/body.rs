//! Request bodies with refusals in the application's error body.

use std::error::Error;
use std::io::{self, ErrorKind};

use axum::RequestExt as _;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{DefaultBodyLimit, FromRef, FromRequest, OptionalFromRequest, Request};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::Rejection;
use super::fields::Fields;
use super::media_type::{FORM, JSON, is_of_type};
use crate::service::Auth;
use crate::web::BodyError;

/// A JSON body, like [`axum::Json`], of the content type `application/json` with no charset but UTF-8.
///
/// An unreadable body is answered 400, 408, 413, 415 or 422 in the application's error body, which names the field but
/// never repeats what was sent: it may be a password. A body whose `Content-Length` is over the limit is refused before it
/// is read. For a struct only an object is accepted, not an array of its values. `Option<Json<T>>` is `None` without a body.
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

/// A form body (`application/x-www-form-urlencoded`), like [`axum::Form`], with the refusals of [`Json`]. Bytes that are not
/// UTF-8 are refused and not replaced, so that two passwords never become one.
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
    ($($name:ident: $read:ident, $types:literal;)*) => {$(
        impl<S, T> FromRequest<S> for $name<T>
        where
            S: Send + Sync,
            Auth: FromRef<S>,
            T: DeserializeOwned,
        {
            type Rejection = Rejection;

            async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
                let read = $read(request, state).await.map(Self);
                read.map_err(|error: Unreadable| Rejection::new(error.describe($types), &Auth::from_ref(state)))
            }
        }

        impl<S, T> OptionalFromRequest<S> for $name<T>
        where
            S: Send + Sync,
            Auth: FromRef<S>,
            T: DeserializeOwned,
        {
            type Rejection = Rejection;

            async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Rejection> {
                match present(request, state).await {
                    Ok(Some(request)) => <Self as FromRequest<S>>::from_request(request, state).await.map(Some),
                    Ok(None) => Ok(None),
                    Err(error) => Err(Rejection::new(error.describe($types), &Auth::from_ref(state))),
                }
            }
        }
    )*};
}

bodies! {
    Json: json, "`application/json`";
    Form: form, "`application/x-www-form-urlencoded`";
    FormOrJson: form_or_json, "`application/x-www-form-urlencoded` or `application/json`";
}

async fn json<S: Send + Sync, T: DeserializeOwned>(request: Request, state: &S) -> Result<T, Unreadable> {
    if !is_of_type(request.headers(), JSON) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into());
    }
    let body = bytes(request, state).await?;
    let text: &RawValue = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let fields = Fields::of::<T>();
    // serde reads a struct from an array as well, its fields by position.
    if fields.is_some() && !text.get().starts_with('{') {
        return Err(Unreadable::unprocessable(": expected an object".to_owned()));
    }
    match axum::Json::from_bytes(&body) {
        Ok(axum::Json(value)) => Ok(value),
        Err(rejection) => {
            let hint = fields.and_then(|fields| fields.hint::<T>(&root(&rejection).to_string()));
            let place = || {
                let error = serde_json::from_slice::<T>(&body).err();
                error.map(|error| format!(" at line {}, column {}", error.line(), error.column()))
            };
            Err(Unreadable::unprocessable(hint.or_else(place).unwrap_or_default()))
        }
    }
}

async fn form<S: Send + Sync, T: DeserializeOwned>(request: Request, state: &S) -> Result<T, Unreadable> {
    let body = if matches!(*request.method(), Method::GET | Method::HEAD) {
        Bytes::copy_from_slice(request.uri().query().unwrap_or_default().as_bytes())
    } else if is_of_type(request.headers(), FORM) {
        bytes(request, state).await?
    } else {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into());
    };
    // axum replaces other bytes by U+FFFD.
    if percent_decode(&body).decode_utf8().is_err() {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    let mut form = Request::new(Body::from(body));
    *form.method_mut() = Method::POST;
    form.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(FORM));
    DefaultBodyLimit::disable().apply(&mut form);
    match <axum::Form<T> as FromRequest<()>>::from_request(form, &()).await {
        Ok(axum::Form(value)) => Ok(value),
        Err(rejection) => {
            let hint = Fields::of::<T>().and_then(|fields| fields.hint::<T>(&root(&rejection).to_string()));
            Err(Unreadable { status: rejection.status(), hint: hint.unwrap_or_default() })
        }
    }
}

async fn form_or_json<S: Send + Sync, T: DeserializeOwned>(request: Request, state: &S) -> Result<T, Unreadable> {
    if is_of_type(request.headers(), JSON) { json(request, state).await } else { form(request, state).await }
}

/// The request with its body; `None` without one.
async fn present<S: Send + Sync>(request: Request, state: &S) -> Result<Option<Request>, Unreadable> {
    if request.body().is_end_stream() {
        return Ok(None);
    }
    let (parts, body) = request.into_parts();
    let body = bytes(Request::from_parts(parts.clone(), body), state).await?;
    Ok((!body.is_empty()).then(|| Request::from_parts(parts, Body::from(body))))
}

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Unreadable> {
    let request = within_limit(request).ok_or(StatusCode::PAYLOAD_TOO_LARGE)?;
    let read = <Bytes as FromRequest<S>>::from_request(request, state).await;
    read.map_err(|rejection| Unreadable::new(rejection.status(), &rejection))
}

/// The request, unless its `Content-Length` is over the limit of its body: nothing is read of such a body, and a client that
/// waits for `100 Continue` does not get one.
pub(crate) fn within_limit(request: Request) -> Option<Request> {
    let announced = request.body().size_hint().lower();
    let request = request.with_limited_body();
    let is_within = request.body().size_hint().upper().is_none_or(|limit| announced <= limit);
    is_within.then_some(request)
}

/// A body that could not be read, with a hint that contains nothing of it.
struct Unreadable {
    status: StatusCode,
    hint: String,
}

impl From<StatusCode> for Unreadable {
    fn from(status: StatusCode) -> Self {
        Self { status, hint: String::new() }
    }
}

impl Unreadable {
    fn new(status: StatusCode, rejection: &(dyn Error + 'static)) -> Self {
        let is_late = |error: &(dyn Error + 'static)| {
            error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::TimedOut)
        };
        if chain(rejection).any(is_late) { StatusCode::REQUEST_TIMEOUT.into() } else { status.into() }
    }

    const fn unprocessable(hint: String) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, hint }
    }

    fn describe(self, types: &str) -> BodyError {
        let detail = match self.status {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                format!("The content type is not supported; send {types}, in UTF-8.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => "The body is too large.".to_owned(),
            StatusCode::REQUEST_TIMEOUT => "The body did not arrive in time.".to_owned(),
            StatusCode::BAD_REQUEST => "The body is malformed.".to_owned(),
            _ => format!("The body does not have the expected fields{}.", self.hint),
        };
        BodyError::new(self.status, detail)
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The last error of a chain.
fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    chain(error).last().unwrap_or(error)
}

//! Request bodies with refusals in the application's error body.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, ErrorKind};

use axum::extract::{FromRef, FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

use super::Rejection;
use crate::service::Auth;
use crate::web::BodyError;

/// A JSON body, like [`axum::Json`]. An unreadable body is answered 400, 408, 413, 415 or 422 in the application's error
/// body, which never repeats what was sent: it may be a password. For a struct only an object is accepted, not an array
/// of its values.
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
    )*};
}

bodies! {
    Json: json, "`application/json`";
    Form: form, "`application/x-www-form-urlencoded`";
    FormOrJson: form_or_json, "`application/x-www-form-urlencoded` or `application/json`";
}

async fn json<S: Send + Sync, T: DeserializeOwned>(request: Request, state: &S) -> Result<T, Unreadable> {
    let axum::Json(text) = axum::Json::<Box<RawValue>>::from_request(request, state)
        .await
        .map_err(|rejection| Unreadable::new(rejection.status(), &rejection))?;
    let fields = fields::<T>();
    // serde reads a struct from an array as well, its fields by position.
    if fields.is_some() && !text.get().starts_with('{') {
        return Err(Unreadable { status: StatusCode::UNPROCESSABLE_ENTITY, hint: ": expected an object".to_owned() });
    }
    serde_json::from_str(text.get()).map_err(|error| {
        let hint =
            hint(&error, fields).unwrap_or_else(|| format!(" at line {}, column {}", error.line(), error.column()));
        Unreadable { status: StatusCode::UNPROCESSABLE_ENTITY, hint }
    })
}

async fn form<S: Send + Sync, T: DeserializeOwned>(request: Request, state: &S) -> Result<T, Unreadable> {
    match axum::Form::from_request(request, state).await {
        Ok(axum::Form(value)) => Ok(value),
        Err(rejection) => {
            let mut error = Unreadable::new(rejection.status(), &rejection);
            error.hint = chain(&rejection).last().and_then(|root| hint(root, fields::<T>())).unwrap_or_default();
            Err(error)
        }
    }
}

async fn form_or_json<S: Send + Sync, T: DeserializeOwned>(request: Request, state: &S) -> Result<T, Unreadable> {
    let content_type = request.headers().get(header::CONTENT_TYPE).map(header::HeaderValue::as_bytes);
    if content_type.is_some_and(|kind| kind.to_ascii_lowercase().starts_with(b"application/json")) {
        json(request, state).await
    } else {
        form(request, state).await
    }
}

/// A body that could not be read, with a hint that contains nothing of it.
struct Unreadable {
    status: StatusCode,
    hint: String,
}

impl Unreadable {
    fn new(status: StatusCode, rejection: &(dyn Error + 'static)) -> Self {
        let is_late = |error: &(dyn Error + 'static)| {
            error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::TimedOut)
        };
        let status = if chain(rejection).any(is_late) { StatusCode::REQUEST_TIMEOUT } else { status };
        Self { status, hint: String::new() }
    }

    fn describe(self, types: &str) -> BodyError {
        let detail = match self.status {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => format!("The content type is not supported; send {types}."),
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

/// The name of the missing or duplicate field. serde's message is compared with those of the type's own fields and not
/// taken over: what a type's `Deserialize` adds to it may contain the input.
fn hint(error: &dyn Error, fields: Option<&[&str]>) -> Option<String> {
    let text = error.to_string();
    let named = |what: &str, field: &str| format!("{what} field `{field}`");
    let all = fields?.iter().flat_map(|field| [named("missing", field), named("duplicate", field)]);
    all.filter(|message| text.starts_with(message.as_str())).map(|message| format!(": {message}")).next()
}

/// The names of the fields, if `T` is a struct.
fn fields<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    T::deserialize(Probe).err().and_then(|Asked(fields)| fields)
}

/// A deserializer that fails with the fields it was asked for.
struct Probe;

#[derive(Debug, thiserror::Error)]
#[error("not a value")]
struct Asked(Option<&'static [&'static str]>);

impl de::Error for Asked {
    fn custom<M: Display>(_: M) -> Self {
        Self(None)
    }
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Asked;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Asked> {
        Err(Asked(None))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Asked> {
        Err(Asked(Some(fields)))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Asked> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

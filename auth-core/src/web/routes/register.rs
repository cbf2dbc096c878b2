//! `POST /auth/register`.

use std::fmt;

use auth_macros::public;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::base::{Context, Email, SubjectId};
use crate::service::Auth;
use crate::service::session::Registration;
use crate::web::Refusal;
use crate::web::http::Json;

/// `email`, `password` and the fields of the application's registry.
pub(super) struct RegisterBody {
    email: String,
    password: SecretString,
    extra: Map<String, Value>,
}

/// `serde(flatten)` would read a map, whose errors name no missing field.
impl<'de> Deserialize<'de> for RegisterBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("RegisterBody", &["email", "password"], RegisterVisitor)
    }
}

struct RegisterVisitor;

impl<'de> Visitor<'de> for RegisterVisitor {
    type Value = RegisterBody;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RegisterBody, A::Error> {
        let (mut email, mut password, mut extra) = (None, None, Map::new());
        while let Some(field) = map.next_key::<String>()? {
            let is_first = match &*field {
                "email" => email.replace(map.next_value()?).is_none(),
                "password" => password.replace(map.next_value()?).is_none(),
                _ => extra.insert(field.clone(), map.next_value()?).is_none(),
            };
            match &*field {
                _ if is_first => {}
                "email" => return Err(Error::duplicate_field("email")),
                "password" => return Err(Error::duplicate_field("password")),
                _ => return Err(Error::custom("a field is there twice")),
            }
        }
        let email = email.ok_or_else(|| Error::missing_field("email"))?;
        let password = password.ok_or_else(|| Error::missing_field("password"))?;
        Ok(RegisterBody { email, password, extra })
    }
}

#[derive(Serialize)]
pub(super) struct RegisteredUser {
    id: SubjectId,
    email: Email,
    role: Option<Box<str>>,
    is_active: bool,
}

#[public]
pub(super) async fn register(
    State(auth): State<Auth>,
    context: Context,
    Json(body): Json<RegisterBody>,
) -> Result<Response, Refusal> {
    let service = auth.service()?;
    let roles = &service.new_user_roles;
    let mut registration = Registration::new(body.email, body.password);
    registration.roles.clone_from(roles);
    registration.extra = body.extra;
    if service.private_registration {
        auth.register_privately(&context, registration).await?;
        return Ok(StatusCode::ACCEPTED.into_response());
    }
    let (id, email) = auth.register(&context, registration).await?;
    let role = roles.first().cloned();
    Ok((StatusCode::CREATED, Json(RegisteredUser { id, email, role, is_active: true })).into_response())
}

//! `POST /token`, with the form of `OAuth2PasswordRequestForm`.

use auth_core::http::Form;
use auth_core::prelude::*;
use auth_core::{AccountError, Context, Login, Refusal};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::errors::error;

#[derive(Deserialize)]
pub(crate) struct PasswordForm {
    grant_type: Option<String>,
    username: Option<String>,
    password: Option<SecretString>,
    #[serde(default)]
    scope: String,
}

#[derive(Serialize)]
struct Token {
    access_token: String,
    token_type: &'static str,
}

#[public]
pub(crate) async fn login_for_access_token(
    State(auth): State<Auth>,
    context: Context,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Refusal> {
    let faults = form.faults();
    let (Some(username), Some(password), true) = (form.username, form.password, faults.is_empty()) else {
        return Ok(error(StatusCode::UNPROCESSABLE_ENTITY, &faults.into()));
    };
    let mut login = Login::new(username, password);
    login.scope = Some(form.scope);
    match auth.login(&context, login).await {
        Ok(tokens) => {
            let token = Token { access_token: tokens.access.expose().to_owned(), token_type: "bearer" };
            Ok(([(header::CACHE_CONTROL, "no-store")], Json(token)).into_response())
        }
        Err(AccountError::InvalidCredentials) => {
            Ok(error(StatusCode::BAD_REQUEST, &"Incorrect username or password".into()))
        }
        Err(error) => Err(error.into()),
    }
}

impl PasswordForm {
    /// What is wrong with the form, in the words of Pydantic. The `input` is left out: it may be a password.
    fn faults(&self) -> Vec<Value> {
        let mut faults = Vec::new();
        if self.grant_type.as_deref().is_some_and(|grant| grant != "password") {
            let message = "String should match pattern '^password$'";
            faults.push(json!({
                "type": "string_pattern_mismatch", "loc": ["body", "grant_type"], "msg": message,
                "ctx": { "pattern": "^password$" },
            }));
        }
        for (name, missing) in [("username", self.username.is_none()), ("password", self.password.is_none())] {
            if missing {
                faults.push(json!({ "type": "missing", "loc": ["body", name], "msg": "Field required" }));
            }
        }
        faults
    }
}

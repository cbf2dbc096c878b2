//! The caller's own account: login, registration, settings.

use auth_core::http::Json;
use auth_core::password::PasswordHash;
use auth_core::prelude::*;
use auth_core::store::StoreError;
use auth_core::{Context, Email, Keep, Login, SignIn};
use axum::extract::State;
use axum::http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize};
use sqlx::{query, query_as};
use uuid::Uuid;

use crate::App;
use crate::database::{Database, with_pool};
use crate::errors::{Error, Result, not_blank};

/// The caller's own user.
pub(crate) struct User {
    email: String,
    username: String,
    bio: Option<String>,
    image: Option<String>,
}

impl User {
    async fn load(database: &Database, id: &SubjectId) -> Result<Option<Self>, sqlx::Error> {
        let sql = "SELECT email, username, bio, image FROM users WHERE id = $1";
        let row: Option<(String, String, Option<String>, Option<String>)> =
            with_pool!(database, pool => query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(|(email, username, bio, image)| Self { email, username, bio, image }))
    }
}

impl FromSubject<App> for User {
    async fn from_subject(identity: &Identity, app: &App) -> Result<Option<Self>, StoreError> {
        Self::load(&app.database, identity.subject()).await.map_err(StoreError::unavailable)
    }
}

#[derive(Serialize)]
struct View {
    email: String,
    token: String,
    username: String,
    bio: Option<String>,
    image: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct UserBody {
    user: View,
}

fn body(user: User, token: &str) -> Json<UserBody> {
    let User { email, username, bio, image } = user;
    Json(UserBody { user: View { email, token: token.to_owned(), username, bio, image } })
}

#[derive(Deserialize)]
pub(crate) struct LoginBody {
    user: Credentials,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Credentials {
    email: String,
    password: SecretString,
}

#[public]
pub(crate) async fn login(
    State(App { auth, database }): State<App>,
    context: Context,
    Json(LoginBody { user: Credentials { email, password } }): Json<LoginBody>,
) -> Result<Json<UserBody>> {
    not_blank(&[("email", &email), ("password", password.expose_secret())])?;
    let tokens = auth.login(&context, Login::new(email, password)).await?;
    let user = User::load(&database, &tokens.subject).await?.ok_or(Error::NotFound("user"))?;
    Ok(body(user, tokens.access.expose()))
}

#[derive(Deserialize)]
pub(crate) struct NewUserBody {
    user: NewUser,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct NewUser {
    username: String,
    email: String,
    password: SecretString,
}

#[public]
pub(crate) async fn register(
    State(App { auth, database }): State<App>,
    context: Context,
    Json(NewUserBody { user: new }): Json<NewUserBody>,
) -> Result<(StatusCode, Json<UserBody>)> {
    let NewUser { username, email, password } = new;
    not_blank(&[("username", &username), ("email", &email), ("password", password.expose_secret())])?;
    let email: Email = email.parse().map_err(|_| Error::Invalid(vec![("email", "is invalid")]))?;
    let hash = auth.hash_password(password, &[&username, email.as_str()]).await?;
    let id: SubjectId = Uuid::new_v4().to_string().parse().map_err(|_| Error::NotFound("id"))?;
    let sql = "INSERT INTO users (id, username, email, password_hash) VALUES ($1, $2, $3, $4)";
    with_pool!(&database, pool => {
        let insert = query(sql).bind(id.as_str()).bind(&username).bind(email.as_str()).bind(hash.as_str());
        insert.execute(pool).await.map(|_| ()).map_err(taken)
    })?;
    auth.registered(&context, &id).await?;
    let tokens = auth.sign_in(&context, SignIn::subject(&id).amr("pwd")).await?;
    let user = User { email: email.to_string(), username, bio: None, image: None };
    Ok((StatusCode::CREATED, body(user, tokens.access.expose())))
}

#[require_auth]
pub(crate) async fn current(
    identity: Identity,
    CurrentUser(user): CurrentUser<User>,
    State(auth): State<Auth>,
) -> Result<Json<UserBody>> {
    let token = auth.access_token(&identity).await?;
    Ok(body(user, token.expose()))
}

#[derive(Deserialize)]
pub(crate) struct PatchBody {
    user: Patch,
}

/// A field that may be absent, `null` or a text.
type Given = Option<Option<String>>;

#[derive(Deserialize)]
struct Patch {
    #[serde(default, deserialize_with = "given")]
    username: Given,
    #[serde(default, deserialize_with = "given")]
    email: Given,
    password: Option<SecretString>,
    #[serde(default, deserialize_with = "given")]
    bio: Given,
    #[serde(default, deserialize_with = "given")]
    image: Given,
}

/// Tells `null` from a field that is not there.
fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Given, D::Error> {
    Option::deserialize(value).map(Some)
}

/// What is to change.
struct Changes {
    username: Option<String>,
    email: Option<Email>,
    bio: Given,
    image: Given,
}

impl Changes {
    fn of(patch: Patch) -> Result<Self> {
        let text = |text: Given| text.map(Option::unwrap_or_default);
        let (username, email) = (text(patch.username), text(patch.email));
        let given = [("username", username.as_deref()), ("email", email.as_deref())];
        not_blank(&given.into_iter().filter_map(|(field, text)| Some((field, text?))).collect::<Vec<_>>())?;
        let email = email.map(|email| email.parse::<Email>()).transpose();
        let email = email.map_err(|_| Error::Invalid(vec![("email", "is invalid")]))?;
        let optional = |text: Given| text.map(|text| text.filter(|text| !text.is_empty()));
        Ok(Self { username, email, bio: optional(patch.bio), image: optional(patch.image) })
    }

    /// In one statement, with the password if there is a new one, which replaces that of a version.
    async fn write(self, database: &Database, id: &SubjectId, password: Option<(PasswordHash, u64)>) -> Result<bool> {
        let (hash, version) = password.unzip();
        let sql = "UPDATE users SET username = coalesce($2, username), email = coalesce($3, email),
                   bio = CASE WHEN $4 THEN $5 ELSE bio END, image = CASE WHEN $6 THEN $7 ELSE image END,
                   password_hash = coalesce($8, password_hash),
                   version = version + CASE WHEN $8 IS NULL THEN 0 ELSE 1 END
                   WHERE id = $1 AND active AND version = coalesce($9, version)";
        let changed = with_pool!(database, pool => {
            let update = query(sql).bind(id.as_str()).bind(self.username).bind(self.email.as_ref().map(Email::as_str));
            let update = update.bind(self.bio.is_some()).bind(self.bio.flatten());
            let update = update.bind(self.image.is_some()).bind(self.image.flatten());
            let update = update.bind(hash.as_ref().map(PasswordHash::as_str)).bind(version.map(u64::cast_signed));
            update.execute(pool).await.map(|done| done.rows_affected()).map_err(taken)
        })?;
        Ok(changed == 1)
    }
}

#[require_auth]
pub(crate) async fn update(
    identity: Identity,
    CurrentUser(user): CurrentUser<User>,
    State(App { auth, database }): State<App>,
    context: Context,
    Json(PatchBody { user: mut patch }): Json<PatchBody>,
) -> Result<Json<UserBody>> {
    let (id, password) = (identity.subject().clone(), patch.password.take());
    let changes = Changes::of(patch)?;
    let token = if let Some(password) = password {
        let mut words = vec![&*user.username, &*user.email];
        words.extend(changes.username.as_deref());
        words.extend(changes.email.as_ref().map(Email::as_str));
        let hash = auth.hash_password(password, &words).await?;
        // Every token of this user is revoked, so the client gets a new one.
        let (written, subject) = (database.clone(), id.clone());
        let write = async move |version| changes.write(&written, &subject, Some((hash, version))).await;
        let tokens = auth.set_password_with(&context, &id, Keep::Session(&identity), write).await?;
        tokens.ok_or(Error::NotFound("session"))?.access
    } else {
        changes.write(&database, &id, None).await?;
        auth.access_token(&identity).await?
    };
    let user = User::load(&database, &id).await?.ok_or(Error::NotFound("user"))?;
    Ok(body(user, token.expose()))
}

fn taken(error: sqlx::Error) -> Error {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => {
            Error::Taken(if database.message().contains("users_email") { "email" } else { "username" })
        }
        _ => error.into(),
    }
}

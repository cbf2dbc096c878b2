//! An application's own tables beside the built-in users, in one SQLite or PostgreSQL database: profiles that a registration
//! adds in the same transaction, notes that belong to their authors, and a join with the users.
//!
//! docs/schema.md lists the columns of users that an application may join and refer to.

mod database;

use auth_core::http::Json;
use auth_core::prelude::*;
use auth_core::sqlx::{AssertSqlSafe, Error, query, query_as};
use auth_core::store::{FieldError, StoreError};
use auth_core::{AccountError, BodyError, Context, Part, Refusal, Registration, Settings};
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use database::{Database, with_pool};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// The state of the service.
#[derive(Clone)]
pub struct App {
    auth: Auth,
    database: Database,
}

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

/// The service on the database at `url`. An SQLite file is created when there is none.
///
/// # Errors
///
/// When the database cannot be opened or a setting is invalid.
pub async fn app(url: &str, settings: Settings) -> Result<axum::Router, Box<dyn std::error::Error>> {
    let database = Database::open(url).await?;
    let auth = database.give_to(Auth::from_settings(settings)?).build()?;
    Ok(routes(&auth).with_state(App { auth, database }))
}

/// Every route, and who may call it.
pub fn routes(auth: &Auth) -> GuardedRouter<App> {
    GuardedRouter::new()
        .route("/register", post(register))
        .route("/profiles", get(profiles))
        .route("/notes", get(notes).post(add_note))
        .route("/me", delete(leave))
        .merge(auth.routes().without(Part::Registration))
}

#[derive(Deserialize)]
struct NewProfile {
    email: String,
    password: SecretString,
    name: String,
}

/// The user and the profile are added together or not at all.
#[public]
async fn register(
    State(App { auth, database }): State<App>,
    context: Context,
    Json(new): Json<NewProfile>,
) -> Result<(StatusCode, Json<SubjectId>), Refusal> {
    // Before the transaction: a password takes as long to hash as hundreds of statements.
    let user = auth.new_user(&context, Registration::new(new.email, new.password)).await?;
    let sql = "INSERT INTO profiles (user_id, name) VALUES ($1, $2)";
    let pending = with_pool!(&database, pool, begin => {
        let mut tx = pool.begin_with(begin).await.map_err(refused)?;
        let pending = auth.register_in(&context, &mut tx, user).await?;
        let insert = query(sql).bind(pending.subject().as_str()).bind(&new.name);
        insert.execute(&mut *tx).await.map_err(refused)?;
        tx.commit().await.map_err(refused)?;
        pending
    });
    Ok((StatusCode::CREATED, Json(pending.committed().await)))
}

/// The answer to an error of a statement.
fn refused(error: Error) -> Refusal {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => {
            AccountError::InvalidFields { fields: vec![FieldError::taken("name")] }.into()
        }
        // PostgreSQL stores no NUL.
        Some(database) if database.code().as_deref() == Some("22021") => {
            BodyError::unprocessable("The text contains a NUL.").into()
        }
        _ => StoreError::from(error).into(),
    }
}

#[derive(Serialize)]
struct Profile {
    name: String,
    email: String,
    notes: i64,
}

/// A join of the application's tables with the users.
#[require_auth]
async fn profiles(State(database): State<Database>) -> Result<Json<Vec<Profile>>, Refusal> {
    let sql = format!(
        "SELECT p.name, u.email, (SELECT count(*) FROM notes n WHERE n.author = u.id)
         FROM {} u JOIN profiles p ON p.user_id = u.id WHERE u.active ORDER BY p.name LIMIT 100",
        database.users()
    );
    let rows: Vec<(String, String, i64)> =
        with_pool!(&database, pool, _begin => query_as(AssertSqlSafe(sql)).fetch_all(pool).await.map_err(refused)?);
    Ok(Json(rows.into_iter().map(|(name, email, notes)| Profile { name, email, notes }).collect()))
}

#[require_auth]
async fn notes(identity: Identity, State(database): State<Database>) -> Result<Json<Vec<String>>, Refusal> {
    let sql = "SELECT text FROM notes WHERE author = $1 ORDER BY id LIMIT 100";
    let author = identity.subject().as_str();
    let rows: Vec<(String,)> =
        with_pool!(&database, pool, _begin => query_as(sql).bind(author).fetch_all(pool).await.map_err(refused)?);
    Ok(Json(rows.into_iter().map(|(text,)| text).collect()))
}

#[derive(Deserialize)]
struct NewNote {
    text: String,
}

#[require_auth]
async fn add_note(
    identity: Identity,
    State(database): State<Database>,
    Json(note): Json<NewNote>,
) -> Result<StatusCode, Refusal> {
    let sql = "INSERT INTO notes (author, text) VALUES ($1, $2)";
    let author = identity.subject().as_str();
    with_pool!(&database, pool, _begin => {
        query(sql).bind(author).bind(&note.text).execute(pool).await.map(|_| ()).map_err(refused)?;
    });
    Ok(StatusCode::CREATED)
}

/// The profile and the notes go with the user, by their foreign keys.
#[require_auth]
async fn leave(identity: Identity, context: Context, State(auth): State<Auth>) -> Result<StatusCode, Refusal> {
    auth.remove_account(&context, identity.subject()).await?;
    Ok(StatusCode::NO_CONTENT)
}

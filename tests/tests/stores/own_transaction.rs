//! Users that are added in a transaction of the application.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::event::{Event, EventKind, EventSink};
use auth_core::prelude::*;
use auth_core::sqlx::{PgPool, SqlitePool, query, query_scalar, raw_sql};
use auth_core::store::{AuditFilter, AuditLog, PostgresStore, SqliteStore, Store};
use auth_core::testing::in_memory;
use auth_core::{AccountError, Context, Login, Registration};
use auth_tests::servers::Database;

const PASSWORD: &str = "correct staple in a battery";

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl EventSink for Sink {
    async fn record(&self, event: Event) {
        if let EventKind::UserRegistered { subject, .. } = event.kind {
            self.0.lock().unwrap().push(subject.to_string());
        }
    }
}

fn service(store: &impl Store) -> (Auth, Sink) {
    let sink = Sink::default();
    (in_memory().store(store.clone()).events(sink.clone()).build().unwrap(), sink)
}

fn ada() -> Registration {
    Registration::new("ada@example.com", PASSWORD.to_owned())
}

/// The kinds in the audit trail, without failed logins.
async fn trail(store: &impl AuditLog) -> Vec<String> {
    let rows = store.events(&AuditFilter::default(), 100).await.unwrap();
    let rows = rows.into_iter().filter(|row| &*row.kind != "login_failed");
    rows.map(|row| format!("{} {}", row.kind, row.subject.unwrap())).collect()
}

/// The same steps for both engines, whose transactions are of different types.
macro_rules! steps {
    ($store:ident, $begin:ident, $profiles:expr) => {{
        let ((auth, sink), pool, context) = (service(&$store), $store.pool().clone(), Context::system("test"));
        raw_sql($profiles).execute(&pool).await.unwrap();

        // Rolled back, there is neither user nor event.
        let user = auth.new_user(&context, ada()).await.unwrap();
        let mut tx = $begin(&pool).await;
        let pending = auth.register_in(&context, &mut tx, user.clone()).await.unwrap();
        let insert = query("INSERT INTO profiles (id, name) VALUES ($1, 'Ada')");
        insert.bind(pending.subject().as_str()).execute(&mut *tx).await.unwrap();
        tx.rollback().await.unwrap();
        drop(pending);
        let login = auth.login(&context, Login::new("ada@example.com", PASSWORD.to_owned())).await;
        assert_eq!(login.err(), Some(AccountError::InvalidCredentials));
        assert_eq!(trail(&$store).await, Vec::<String>::new());

        // Committed, there are both, with the application's row.
        let mut tx = $begin(&pool).await;
        let pending = auth.register_in(&context, &mut tx, user).await.unwrap();
        let insert = query("INSERT INTO profiles (id, name) VALUES ($1, 'Ada')");
        insert.bind(pending.subject().as_str()).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(*sink.0.lock().unwrap(), [""; 0], "the sink was sent an event before the commit was confirmed");
        let id = pending.committed().await;
        assert_eq!(*sink.0.lock().unwrap(), [id.as_str()]);
        assert_eq!(trail(&$store).await, [format!("user_registered {id}")]);
        assert!(auth.login(&context, Login::new("ada@example.com", PASSWORD.to_owned())).await.is_ok());
        let name: String =
            query_scalar("SELECT name FROM profiles WHERE id = $1").bind(id.as_str()).fetch_one(&pool).await.unwrap();
        assert_eq!(name, "Ada");

        // What `register` refuses is refused.
        let again = auth.new_user(&context, ada()).await.unwrap();
        let mut tx = $begin(&pool).await;
        let taken = auth.register_in(&context, &mut tx, again.clone()).await.unwrap_err();
        assert_eq!(taken, AccountError::EmailTaken);
        let mut extra = again;
        extra.extra.insert("username".to_owned(), "ada".into());
        let field = auth.register_in(&context, &mut tx, extra).await.unwrap_err();
        assert!(matches!(field, AccountError::InvalidInput { .. }), "{field:?}");
        tx.rollback().await.unwrap();
        assert_eq!(trail(&$store).await.iter().filter(|row| row.starts_with("user_registered")).count(), 1);
        (auth, sink)
    }};
}

async fn begin_sqlite(pool: &SqlitePool) -> auth_core::sqlx::Transaction<'static, auth_core::sqlx::Sqlite> {
    pool.begin_with("BEGIN IMMEDIATE").await.unwrap()
}

async fn begin_postgres(pool: &PgPool) -> auth_core::sqlx::Transaction<'static, auth_core::sqlx::Postgres> {
    pool.begin().await.unwrap()
}

#[tokio::test]
async fn a_user_of_sqlite_is_added_with_the_rows_of_the_application() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let profiles = "CREATE TABLE profiles (id TEXT PRIMARY KEY REFERENCES auth_users (id), name TEXT NOT NULL)";
    let (auth, sink) = steps!(store, begin_sqlite, profiles);

    // An own statement, whose event reaches the trail as well.
    auth.registered(&Context::system("test"), &"7".parse().unwrap()).await.unwrap();
    assert_eq!(sink.0.lock().unwrap().last().map(String::as_str), Some("7"));
    assert_eq!(trail(&store).await[0], "user_registered 7");

    // The users of this `Auth` are elsewhere.
    let elsewhere = in_memory().build().unwrap();
    let user = elsewhere.new_user(&Context::system("test"), ada()).await.unwrap();
    let mut tx = begin_sqlite(store.pool()).await;
    let refused = elsewhere.register_in(&Context::system("test"), &mut tx, user).await.unwrap_err();
    assert!(matches!(refused, AccountError::Misconfigured { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_user_of_postgres_is_added_with_the_rows_of_the_application() {
    let Some(database) = Database::create("users in an own transaction").await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let profiles = "CREATE TABLE profiles (id TEXT PRIMARY KEY REFERENCES auth_core.users (id), name TEXT NOT NULL)";
    let (auth, _) = steps!(store, begin_postgres, profiles);

    // A transaction of SQLite is none of this store's.
    let other = SqliteStore::open("sqlite::memory:").await.unwrap();
    let user = auth
        .new_user(&Context::system("test"), Registration::new("bob@example.com", PASSWORD.to_owned()))
        .await
        .unwrap();
    let mut tx = begin_sqlite(other.pool()).await;
    let refused = auth.register_in(&Context::system("test"), &mut tx, user).await.unwrap_err();
    assert!(matches!(refused, AccountError::Misconfigured { .. }), "{refused:?}");
}

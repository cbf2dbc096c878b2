//! Connecting, migrating, and coexistence with an application's tables.

use auth_core::SubjectId;
use auth_core::password::PasswordHash;
use auth_core::store::{Audit, NewUser, OpenError, PostgresStore, StoreError, UserDirectory, UserRegistry, UserStore};
use auth_tests::servers::Database;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::task::JoinSet;

const SUITE: &str = "opening a PostgreSQL store";

fn user(email: &str) -> NewUser {
    NewUser::new(email.parse().unwrap(), PasswordHash::from_stored("$argon2id$"))
        .with_roles(vec!["Admin".into(), "odd \"one\", {with} \\ all".into()])
}

async fn execute(pool: &PgPool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_can_be_opened_by_many_nodes_at_once() {
    let Some(database) = Database::create(SUITE).await else { return };
    let mut nodes = JoinSet::new();
    for n in 0..8 {
        let url = database.url();
        nodes.spawn(async move {
            let store = PostgresStore::open(&url).await.unwrap();
            UserRegistry::create(&store, user(&format!("user{n}@example.com")), Audit::none()).await.unwrap().unwrap();
            store.close().await;
        });
    }
    nodes.join_all().await;
    let store = PostgresStore::open(&database.url()).await.unwrap();
    assert_eq!(UserDirectory::list(&store, None, 100).await.unwrap().len(), 8);
    let applied: i64 =
        sqlx::query_scalar("SELECT count(*) FROM auth_core.migrations").fetch_one(store.pool()).await.unwrap();
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../auth-core/migrations/postgres")).unwrap();
    assert_eq!(usize::try_from(applied).unwrap(), files.count(), "each migration ran once");
}

/// With another checksum every database of the first schema version would be refused.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_migration_keeps_its_checksum() {
    let Some(database) = Database::create(SUITE).await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let sql = "SELECT encode(checksum, 'hex') FROM auth_core.migrations WHERE version = 1";
    let checksum: String = sqlx::query_scalar(sql).fetch_one(store.pool()).await.unwrap();
    assert_eq!(
        checksum,
        "e87a2a087b63eeb0e85912a3d59b3300d24ac9c6f172c6f92b7d726c8282cdcb\
         8cfc712c4c6cce85bc42739215955011"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_fails_leaves_neither_tables_nor_its_lock() {
    let Some(database) = Database::create(SUITE).await else { return };
    let pool = PgPool::connect(&database.url()).await.unwrap();
    // A table of that name exists already.
    execute(&pool, "CREATE SCHEMA auth_core; CREATE TABLE auth_core.api_keys (id TEXT)").await;
    let error = PostgresStore::open(&database.url()).await.unwrap_err();
    assert!(error.to_string().contains("api_keys"), "{error}");
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'auth_core'")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(tables, ["api_keys"], "half of a migration is left");

    execute(&pool, "DROP TABLE auth_core.api_keys").await;
    PostgresStore::open(&database.url()).await.unwrap().ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_ignores_the_search_path() {
    let Some(database) = Database::create(SUITE).await else { return };
    let pool = PgPoolOptions::new()
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::raw_sql("SET search_path = decoy").execute(connection).await?;
                Ok(())
            })
        })
        .connect(&database.url())
        .await
        .unwrap();
    execute(&pool, "CREATE SCHEMA decoy; CREATE TABLE decoy.users (id TEXT); CREATE TABLE decoy.migrations (id TEXT)")
        .await;
    let store = PostgresStore::with_pool(pool).await.unwrap();
    let id = UserRegistry::create(&store, user("ada@example.com"), Audit::none()).await.unwrap().unwrap();
    assert_eq!(store.find_by_id(&id).await.unwrap().unwrap().state.roles, user("ada@example.com").roles.into());
    let decoys: i64 = sqlx::query_scalar("SELECT count(*) FROM decoy.users").fetch_one(store.pool()).await.unwrap();
    assert_eq!(decoys, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_without_the_right_to_create_schemas_uses_an_existing_one() {
    let Some(database) = Database::create(SUITE).await else { return };
    let admin = PgPool::connect(&database.url()).await.unwrap();
    let role = format!("role_{}", SubjectId::random().as_str().replace('-', ""));
    let prepare = format!("CREATE ROLE {role}; CREATE SCHEMA auth_core AUTHORIZATION {role}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(prepare)).execute(&admin).await.unwrap();
    let limited = PgPoolOptions::new()
        .after_connect({
            let role = role.clone();
            move |connection, _| {
                let set = format!("SET ROLE {role}");
                Box::pin(async move {
                    sqlx::raw_sql(sqlx::AssertSqlSafe(set)).execute(connection).await?;
                    Ok(())
                })
            }
        })
        .connect(&database.url())
        .await
        .unwrap();
    let store = PostgresStore::with_pool(limited).await.unwrap();
    assert!(UserRegistry::create(&store, user("ada@example.com"), Audit::none()).await.unwrap().is_ok());
    store.close().await;
    let clean_up = format!("DROP SCHEMA auth_core CASCADE; DROP ROLE {role}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(clean_up)).execute(&admin).await.unwrap();
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_an_error() {
    // Bound and not listened on: connections are refused, and no other process gets the port.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let error = PostgresStore::open(&format!("postgres://user:hunter2@127.0.0.1:{port}/none")).await.unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(&error, OpenError::Unreachable { address, .. } if *address == format!("127.0.0.1:{port}")),
        "{text}"
    );
    assert!(text.contains("refused") && !text.contains("hunter2"), "{text}");
    let error = PostgresStore::open("not a url").await.unwrap_err();
    assert!(matches!(error, OpenError::Url(_)), "{error:?}");
}

/// The error of opening a database after this statement, in one that was migrated before it or not.
async fn error_after(is_migrated: bool, sql: &'static str) -> Option<OpenError> {
    let database = Database::create(SUITE).await?;
    if is_migrated {
        PostgresStore::open(&database.url()).await.unwrap().close().await;
    }
    let pool = PgPool::connect(&database.url()).await.unwrap();
    execute(&pool, sql).await;
    pool.close().await;
    Some(PostgresStore::open(&database.url()).await.unwrap_err())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_used_is_refused_with_the_reason() {
    let newer = "INSERT INTO auth_core.migrations SELECT 99, 'later', now(), TRUE, checksum, 1 FROM auth_core.migrations LIMIT 1";
    let Some(error) = error_after(true, newer).await else { return };
    assert!(matches!(error, OpenError::NewerSchema { found: 99, .. }), "{error}");
    let changed = "UPDATE auth_core.migrations SET checksum = '\\x00' WHERE version = 2";
    let error = error_after(true, changed).await.unwrap();
    assert!(matches!(error, OpenError::ChangedMigration { version: 2 }), "{error}");
    for (table, sql) in [
        ("auth_core.sessions", "CREATE SCHEMA auth_core; CREATE TABLE auth_core.sessions (id TEXT)"),
        ("auth_core.events", "CREATE SCHEMA auth_core; CREATE VIEW auth_core.events AS SELECT 1"),
        ("auth_core.migrations", "CREATE SCHEMA auth_core; CREATE TABLE auth_core.migrations (name TEXT)"),
    ] {
        let error = error_after(false, sql).await.unwrap();
        assert!(matches!(&error, OpenError::ForeignTable { table: named } if named == table), "{sql}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_or_database_that_the_server_does_not_know_is_refused() {
    let Some(database) = Database::create(SUITE).await else { return };
    let url = database.url();
    let (server, _) = url.rsplit_once('/').unwrap();
    let error = PostgresStore::open(&format!("{server}/no_such_database")).await.unwrap_err();
    assert!(matches!(error, OpenError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("no_such_database"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_utf8_is_refused() {
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let Some(database) = Database::create_encoded(SUITE, encoding).await else { return };
        let error = PostgresStore::open(&database.url()).await.unwrap_err();
        assert!(matches!(&error, OpenError::Encoding { encoding: named } if named == encoding), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_the_store_cannot_have_written_is_corrupt() {
    let Some(database) = Database::create(SUITE).await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let id = UserRegistry::create(&store, user("ada@example.com"), Audit::none()).await.unwrap().unwrap();
    execute(
        store.pool(),
        "ALTER TABLE auth_core.users ALTER email DROP NOT NULL; UPDATE auth_core.users SET email = NULL",
    )
    .await;
    let error = UserDirectory::get(&store, &id).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { what: "email", .. }), "{error:?}");
}

//! Creating, migrating and reopening a file.

use std::str::FromStr as _;

use auth_core::password::PasswordHash;
use auth_core::store::{
    ApiKeyRecord, ApiKeyStore, Audit, AuditFilter, AuditLog, NewUser, OpenError, Page, Redeemed, SessionStore,
    SqliteStore, UserDirectory, UserRegistry, UserStore,
};
use auth_core::{ApiKeyId, SubjectId};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tokio::task::JoinSet;

use super::file::{LEEWAY, NOW, TempFile, begin, redeem, token};
use super::process;

fn user(email: &str) -> NewUser {
    NewUser::new(email.parse().unwrap(), PasswordHash::from_stored("$argon2id$")).with_roles(vec!["Admin".into()])
}

fn api_key(owner: &SubjectId) -> ApiKeyRecord {
    ApiKeyRecord {
        id: ApiKeyId::random(),
        name: "nightly export".to_owned(),
        owner: owner.clone(),
        scopes: vec!["reports:read".into()],
        metadata: None,
        self_service: false,
        parent: None,
        imported: None,
        hash: token(200),
        previous: None,
        created_at: NOW,
        expires_at: None,
        last_used_at: None,
    }
}

#[tokio::test]
async fn a_reopened_file_holds_everything() {
    let file = TempFile::new();
    let store = file.open().await;
    let id = UserRegistry::create(&store, user("ada@example.com"), Audit::none()).await.unwrap().unwrap();
    let session = begin(&store).await;
    assert!(matches!(redeem(&store, 0, NOW, LEEWAY).await, Redeemed::Rotated(_)));
    let key = api_key(&id);
    ApiKeyStore::create(&store, key.clone(), Audit::none()).await.unwrap();
    let account = UserDirectory::get(&store, &id).await.unwrap();
    store.close().await;

    let store = file.open().await;
    assert_eq!(UserDirectory::get(&store, &id).await.unwrap(), account);
    assert_eq!(store.find_by_login("ada@example.com").await.unwrap().unwrap().id, id);
    assert!(SessionStore::find(&store, &session.id).await.unwrap().is_some());
    assert!(matches!(redeem(&store, 0, NOW, LEEWAY).await, Redeemed::Retried { .. }));
    assert!(matches!(redeem(&store, 1, NOW, LEEWAY).await, Redeemed::Rotated(_)));
    assert_eq!(ApiKeyStore::find(&store, &key.id).await.unwrap().unwrap().hash, key.hash);
}

#[tokio::test]
async fn a_file_that_cannot_be_written_to_is_refused_at_the_start() {
    let file = TempFile::new();
    file.open().await.close().await;
    let refused = SqliteStore::open(&format!("{}?mode=ro", file.url())).await;
    let error = refused.map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("cannot be read-only"), "{error}");
    // A pool of the application, whose first write would fail.
    let options = SqliteConnectOptions::from_str(&file.url()).unwrap().foreign_keys(true).read_only(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let refused = SqliteStore::with_pool(pool).await.map(|_| ());
    assert!(matches!(refused, Err(OpenError::Database(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_file_can_be_opened_by_many_at_once() {
    for _ in 0..10 {
        let file = TempFile::new();
        let mut calls = JoinSet::new();
        for n in 0..8 {
            let url = file.url();
            calls.spawn(async move {
                let store = SqliteStore::open(&url).await.unwrap();
                UserRegistry::create(&store, user(&format!("user{n}@example.com")), Audit::none())
                    .await
                    .unwrap()
                    .unwrap()
            });
        }
        calls.join_all().await;
        assert_eq!(UserDirectory::list(&file.open().await, None, 100).await.unwrap().len(), 8);
    }
}

#[tokio::test]
async fn a_new_file_can_be_opened_by_many_processes_at_once() {
    if let Some(url) = process::shared_url() {
        return write_beside_others(&url).await;
    }
    let file = TempFile::new();
    let this_test = "sqlite::opening::a_new_file_can_be_opened_by_many_processes_at_once";
    let processes: Vec<_> = (0..6).map(|_| process::running(this_test, &file).spawn().unwrap()).collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success(), "a process could not use the file beside the others");
    }
    let users = UserDirectory::list(&file.open().await, None, 1_000).await.unwrap();
    assert_eq!(users.len(), 6 * 20, "a user was lost");
}

/// On a slow disk a process may have to wait longer than the store's timeout; it is refused, has written nothing, and
/// tries again.
async fn until_its_turn<T, E: std::error::Error>(mut call: impl AsyncFnMut() -> Result<T, E>) -> T {
    loop {
        match call().await {
            Err(error) if error.to_string().contains("locked") => {}
            answer => return answer.unwrap(),
        }
    }
}

async fn write_beside_others(url: &str) {
    let store = until_its_turn(async || SqliteStore::open(url).await).await;
    for n in 0..20 {
        let email = format!("user{n}@{}.example.com", std::process::id());
        until_its_turn(async || UserRegistry::create(&store, user(&email), Audit::none()).await).await.unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let file = TempFile::new();
    let store = file.open().await;
    begin(&store).await;
    let folder = file.path().parent().unwrap().to_owned();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", entry.path().display());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["service.db", "service.db-shm", "service.db-wal"]);
}

#[tokio::test]
async fn the_stores_tables_coexist_with_the_applications() {
    let file = TempFile::new();
    let options = SqliteConnectOptions::new().filename(file.path()).create_if_missing(true);
    let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
    for sql in ["CREATE TABLE users (id)", "CREATE TABLE _sqlx_migrations (version)"] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let store = SqliteStore::with_pool(pool).await.unwrap();
    store.ping().await.unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(store.pool()).await.unwrap();
    let ours = [
        "auth_api_keys",
        "auth_challenges",
        "auth_event_chains",
        "auth_events",
        "auth_known_devices",
        "auth_migrations",
        "auth_one_time_tokens",
        "auth_recovery_codes",
        "auth_refresh_tokens",
        "auth_roles",
        "auth_second_factors",
        "auth_sessions",
        "auth_users",
        "auth_verified_emails",
    ];
    assert_eq!(tables, [["_sqlx_migrations"].as_slice(), &ours, &["users"]].concat());
}

#[tokio::test]
async fn an_answered_write_is_on_the_disk() {
    let file = TempFile::new();
    let store = file.open().await;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(store.pool()).await.unwrap();
    assert_eq!(synchronous, 2, "FULL: a power failure undoes no logout");
}

#[tokio::test]
async fn a_pool_without_foreign_key_enforcement_is_refused() {
    let file = TempFile::new();
    let options = SqliteConnectOptions::new().filename(file.path()).create_if_missing(true).foreign_keys(false);
    let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
    let error = SqliteStore::with_pool(pool).await.unwrap_err();
    assert!(error.to_string().contains("foreign_keys(true)"), "{error}");
}

#[tokio::test]
async fn the_error_names_a_file_that_cannot_be_opened() {
    let file = TempFile::new();
    let missing = file.path().join("missing/service.db");
    let error = SqliteStore::open(&format!("sqlite://{}", missing.display())).await.unwrap_err();
    assert!(error.to_string().contains(missing.to_str().unwrap()), "{error}");

    std::fs::write(file.path(), "this is no database, but long enough to be looked at as if it were one").unwrap();
    let error = SqliteStore::open(&file.url()).await.unwrap_err();
    assert!(matches!(error, OpenError::File { .. }), "{error}");
    assert!(error.to_string().contains("not a database"), "{error}");
}

#[tokio::test]
async fn a_file_of_the_first_schema_version_opens_with_its_rows() {
    let file = TempFile::new();
    let options = SqliteConnectOptions::new().filename(file.path()).create_if_missing(true);
    let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
    sqlx::raw_sql(include_str!("first_version.sql")).execute(&pool).await.unwrap();
    pool.close().await;

    let store = file.open().await;
    let admin = store.find_by_login("admin@example.com").await.unwrap().unwrap();
    assert_eq!(SessionStore::list(&store, &admin.id, 0, NOW, Page::first(10)).await.unwrap().len(), 1);
    assert!(store.events(&AuditFilter::default(), 10).await.unwrap().is_empty(), "the audit table is there");
}

/// The error of opening a file after this statement, in a file that was migrated before it or not.
async fn error_after(is_migrated: bool, sql: &'static str) -> OpenError {
    let file = TempFile::new();
    if is_migrated {
        file.open().await.close().await;
    }
    let options = SqliteConnectOptions::new().filename(file.path()).create_if_missing(true);
    let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
    sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    pool.close().await;
    SqliteStore::open(&file.url()).await.unwrap_err()
}

#[tokio::test]
async fn a_database_that_cannot_be_used_is_refused_with_the_reason() {
    let newer =
        "INSERT INTO auth_migrations SELECT 99, 'later', installed_on, TRUE, checksum, 1 FROM auth_migrations LIMIT 1";
    let error = error_after(true, newer).await;
    assert!(matches!(error, OpenError::NewerSchema { found: 99, .. }), "{error}");
    let changed = "UPDATE auth_migrations SET checksum = x'00' WHERE version = 2";
    let error = error_after(true, changed).await;
    assert!(matches!(error, OpenError::ChangedMigration { version: 2 }), "{error}");
    for (table, sql) in [
        ("auth_sessions", "CREATE TABLE auth_sessions (id)"),
        ("auth_events", "CREATE VIEW Auth_Events AS SELECT 1"),
        ("auth_migrations", "CREATE TABLE auth_migrations (name TEXT)"),
        (
            "auth_migrations",
            "CREATE TABLE auth_migrations (version, checksum, success); INSERT INTO auth_migrations VALUES ('a', 'b', 1)",
        ),
    ] {
        let error = error_after(false, sql).await;
        assert!(matches!(&error, OpenError::ForeignTable { table: named } if named == table), "{sql}: {error}");
    }
    // Of a migration that was not applied yet.
    let later = "DELETE FROM auth_migrations WHERE version = 2";
    let error = error_after(true, later).await;
    assert!(matches!(&error, OpenError::ForeignTable { table } if table == "auth_events"), "{error}");
}

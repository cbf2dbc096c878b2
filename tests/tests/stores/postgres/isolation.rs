//! A database whose default isolation level is stricter than the one that the store needs.

use std::time::Duration;

use auth_core::cluster::{Counters as _, PostgresCounters};
use auth_core::password::PasswordHash;
use auth_core::store::{
    ApiKeyRecord, ApiKeyStore, Audit, AuditFilter, NewSession, NewUser, PostgresStore, Redeemed, SessionStore,
    UserRegistry, UserStore, UserTable,
};
use auth_core::token::SigningKey;
use auth_core::{ApiKeyId, Auth, Context, Registration, SubjectId};
use auth_tests::servers::Database;
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::races::{NOW, redeem, session};

const SUITE: &str = "a PostgreSQL store with another default isolation level";

/// An empty database with this default.
async fn database(isolation: &str) -> Option<Database> {
    let database = Database::create(SUITE).await?;
    let admin = PgPool::connect(&database.url()).await.unwrap();
    let sql = format!(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = ''{isolation}''',
         current_database()); END $$"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&admin).await.unwrap();
    admin.close().await;
    Some(database)
}

async fn nodes_start_at_once_and_concurrent_writes_succeed(isolation: &str) {
    let Some(database) = database(isolation).await else { return };
    let mut nodes = JoinSet::new();
    for _ in 0..4 {
        let url = database.url();
        nodes.spawn(async move { PostgresStore::open(&url).await.unwrap() });
    }
    let store = nodes.join_all().await.swap_remove(0);
    let level: String = sqlx::query_scalar("SHOW transaction_isolation").fetch_one(store.pool()).await.unwrap();
    assert_eq!(level, isolation, "the application's own statements keep the default of the database");

    let new = NewSession { session: session(NOW.after(Duration::from_hours(1))), refresh_token: [0; 32].into() };
    SessionStore::create(&store, new, Audit::none()).await.unwrap();
    let user = NewUser::new("ada@example.com".parse().unwrap(), PasswordHash::from_stored("first"));
    let ada = UserRegistry::create(&store, user, Audit::none()).await.unwrap().unwrap();
    let key = ApiKeyRecord {
        id: ApiKeyId::random(),
        name: "nightly export".to_owned(),
        owner: SubjectId::random(),
        scopes: Vec::new(),
        metadata: None,
        self_service: false,
        parent: None,
        imported: None,
        hash: [1; 32].into(),
        previous: None,
        created_at: NOW,
        expires_at: None,
        last_used_at: None,
    };
    ApiKeyStore::create(&store, key.clone(), Audit::none()).await.unwrap();

    let mut calls = JoinSet::new();
    for call in 1..=40 {
        let (store, key, ada) = (store.clone(), key.id.clone(), ada.clone());
        calls.spawn(async move {
            let answer = redeem(&store, 0, call, Duration::from_secs(10)).await;
            assert!(matches!(answer, Redeemed::Rotated(_) | Redeemed::Retried { .. }), "{answer:?}");
            store.touch(&key, NOW).await.unwrap();
            store.revoke_tokens(&ada, Audit::none()).await.unwrap();
            let hash = PasswordHash::from_stored("first");
            store.upgrade_hash(&ada, &hash, &hash, Audit::none()).await.unwrap();
        });
    }
    calls.join_all().await;
    assert_eq!(store.find_by_id(&ada).await.unwrap().unwrap().state.version, 40);
    beside_the_store(&store).await;
}

/// What writes beside the store: users in a table of the application, with their audit rows, and counters.
async fn beside_the_store(store: &PostgresStore) {
    let table = "CREATE TABLE people (id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email TEXT UNIQUE,
                 password_hash TEXT, version INTEGER NOT NULL)";
    sqlx::raw_sql(table).execute(store.pool()).await.unwrap();
    let people = UserTable::new("people").whole_number_id("id");
    let people = people.in_postgres(store.pool()).await.unwrap().audited().await.unwrap();
    let key = SigningKey::hs256(&"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into()).unwrap();
    let builder = Auth::builder(key, "https://api.example.com", "isolation").store(store.clone());
    let (auth, system) = (builder.registry(people.clone()).build().unwrap(), Context::system("test"));
    let ada = Registration::new("ada@example.com", "three words and a comma");
    let (ada, _) = auth.register(&system, ada).await.unwrap();
    let counters = PostgresCounters::new(store);
    let mut calls = JoinSet::new();
    for _ in 0..40 {
        let (auth, counters, system, ada) = (auth.clone(), counters.clone(), system.clone(), ada.clone());
        calls.spawn(async move {
            auth.logout_everywhere(&system, &ada).await.unwrap();
            counters.add("attempts", 1, Duration::from_hours(1)).await.unwrap();
        });
    }
    calls.join_all().await;
    assert_eq!(people.find_by_id(&ada).await.unwrap().unwrap().state.version, 40);
    let filter = AuditFilter { kind: Some("tokens_revoked".into()), ..AuditFilter::default() };
    assert_eq!(auth.events(&filter, 100).await.unwrap().len(), 40);
    assert_eq!(counters.add("attempts", 0, Duration::from_hours(1)).await.unwrap().value, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_repeatable_read_nodes_start_at_once_and_concurrent_writes_succeed() {
    nodes_start_at_once_and_concurrent_writes_succeed("repeatable read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_serializable_nodes_start_at_once_and_concurrent_writes_succeed() {
    nodes_start_at_once_and_concurrent_writes_succeed("serializable").await;
}

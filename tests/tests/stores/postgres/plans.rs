//! Prepared statements that the server does not run any more.

use std::time::Duration;

use auth_core::SubjectId;
use auth_core::password::PasswordHash;
use auth_core::store::{
    AccountPatch, Audit, NewSession, NewUser, Page, PostgresStore, Redeemed, SessionStore, UpdateOutcome,
    UserDirectory, UserRegistry, UserStore,
};
use auth_tests::servers::Database;
use sqlx::postgres::PgPoolOptions;

use super::races::{NOW, redeem, session};

const SUITE: &str = "outdated plans of a PostgreSQL store";

struct Scene {
    store: PostgresStore,
    ada: SubjectId,
    /// The number of the living refresh token.
    token: u8,
    _database: Database,
}

impl Scene {
    /// A store with one connection, so that each call finds the statements of the one before.
    async fn new() -> Option<Self> {
        let database = Database::create(SUITE).await?;
        let pool = PgPoolOptions::new().max_connections(1).connect(&database.url()).await.unwrap();
        let store = PostgresStore::with_pool(pool).await.unwrap();
        let user = NewUser::new("ada@example.com".parse().unwrap(), PasswordHash::from_stored("first"))
            .with_roles(vec!["Admin".into()]);
        let ada = UserRegistry::create(&store, user, Audit::none()).await.unwrap().unwrap();
        let session = session(NOW.after(Duration::from_hours(1)));
        let new = NewSession { session, refresh_token: [0; 32].into() };
        SessionStore::create(&store, new, Audit::none()).await.unwrap();
        Some(Self { store, ada, token: 0, _database: database })
    }

    /// Reads and changes of one statement and of several.
    async fn use_all(&mut self) {
        let Self { store, ada, .. } = self;
        assert_eq!(store.find_by_id(ada).await.unwrap().unwrap().id, *ada);
        assert!(store.revoke_tokens(ada, Audit::none()).await.unwrap().is_some());
        let patch = AccountPatch { active: Some(true), ..AccountPatch::default() };
        assert!(matches!(store.update(ada, patch, Audit::none()).await.unwrap(), UpdateOutcome::Updated { .. }));
        let redeemed = redeem(store, self.token, self.token + 1, Duration::ZERO).await;
        assert!(matches!(redeemed, Redeemed::Rotated(_)), "{redeemed:?}");
        self.token += 1;
        let ending = session(NOW.after(Duration::from_hours(1)));
        let new = NewSession { session: ending.clone(), refresh_token: [200 + self.token; 32].into() };
        SessionStore::create(store, new, Audit::none()).await.unwrap();
        let listed = SessionStore::list(&*store, &ending.subject, 0, NOW, Page::first(10)).await.unwrap();
        assert_eq!(listed, std::slice::from_ref(&ending));
        assert_eq!(store.end_all(&ending.subject, 50, Audit::none()).await.unwrap(), [ending.id]);
    }

    async fn after(&mut self, sql: &'static str) {
        self.use_all().await;
        sqlx::raw_sql(sql).execute(self.store.pool()).await.unwrap();
        self.use_all().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_succeeds_after_the_type_of_a_column_changed() {
    let Some(mut scene) = Scene::new().await else { return };
    // Each is found by another call first.
    scene.after("ALTER TABLE auth_core.users ALTER password_hash TYPE varchar(300)").await;
    scene.after("ALTER TABLE auth_core.users ALTER email TYPE varchar(300)").await;
    scene.after("CREATE DOMAIN moment AS bigint; ALTER TABLE auth_core.refresh_tokens ALTER used_at TYPE moment").await;
    scene.after("ALTER TABLE auth_core.sessions ALTER scope TYPE varchar(300)").await;
    scene.after("ALTER TABLE auth_core.sessions ALTER id TYPE varchar(300)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_succeeds_after_the_application_deallocated_all_statements() {
    let Some(mut scene) = Scene::new().await else { return };
    scene.after("DEALLOCATE ALL").await;
}

/// The transaction that begins again is the one that was begun: READ COMMITTED, with the session locked.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_begins_again_has_its_isolation_and_its_lock() {
    let Some(mut scene) = Scene::new().await else { return };
    let noted = "
        SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE;
        CREATE TABLE noted (level TEXT NOT NULL, is_locked BOOLEAN NOT NULL);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO noted
            SELECT current_setting('transaction_isolation'), xmax::text = (txid_current() % 4294967296)::text
            FROM auth_core.sessions WHERE id = NEW.session_id;
            RETURN NEW;
        END $$;
        CREATE TRIGGER note AFTER UPDATE ON auth_core.refresh_tokens FOR EACH ROW EXECUTE FUNCTION note()";
    sqlx::raw_sql(noted).execute(scene.store.pool()).await.unwrap();
    scene.after("CREATE DOMAIN moment AS bigint; ALTER TABLE auth_core.refresh_tokens ALTER used_at TYPE moment").await;
    let all = "SELECT count(*), count(*) FILTER (WHERE level = 'read committed' AND is_locked) FROM noted";
    let (all, as_begun): (i64, i64) = sqlx::query_as(all).fetch_one(scene.store.pool()).await.unwrap();
    assert!(all >= 2 && as_begun == all, "{as_begun} of {all}");
}

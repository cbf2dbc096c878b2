//! Changes that end any number of sessions or API keys, in short steps.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::event::{Event, EventKind, EventSink};
use auth_core::store::{
    ApiKeyRecord, ApiKeyStore, Audit, NewSession, Page, ParentKey, PostgresStore, Session, SessionStore, SqliteStore,
    Store,
};
use auth_core::token::{SigningKey, TokenHash, random_secret};
use auth_core::{ApiKeyId, Auth, Clock, Context, Registration, SessionId, SubjectId, SystemClock};
use auth_tests::servers::Database;

/// More than two steps.
const MANY: usize = 120;

/// The sessions that each step ended, the keys that each one left, and the number of keys revoked.
type Seen = (Vec<usize>, Vec<usize>, usize);

#[derive(Clone)]
struct Steps<S>(S, Arc<Mutex<Seen>>);

impl<S> Steps<S> {
    fn take(&self) -> Seen {
        std::mem::take(&mut *self.1.lock().unwrap())
    }
}

#[async_trait]
impl<S: ApiKeyStore> EventSink for Steps<S> {
    async fn record(&self, event: Event) {
        match event.kind {
            EventKind::SessionsEnded { count, .. } => self.1.lock().unwrap().0.push(count),
            EventKind::ApiKeyRevoked { .. } => {
                let left = self.0.list(None, Page::first(1_000)).await.unwrap().len();
                let mut seen = self.1.lock().unwrap();
                seen.1.push(left);
                seen.1.dedup();
                seen.2 += 1;
            }
            _ => {}
        }
    }
}

async fn fill<S: SessionStore + ApiKeyStore>(store: &S, subject: &SubjectId) -> (Vec<SessionId>, Vec<ApiKeyId>) {
    let now = SystemClock.now();
    let (mut sessions, mut keys) = (Vec::new(), Vec::new());
    for _ in 0..MANY {
        let session = Session {
            id: SessionId::random(),
            subject: subject.clone(),
            version: 0,
            scope: String::new(),
            amr: "pwd".to_owned(),
            agent: None,
            created_at: now,
            authenticated_at: now,
            last_used_at: now,
            expires_at: now.after(Duration::from_hours(1)),
            ends_at: now.after(Duration::from_hours(1)),
            client_id: None,
            dpop_jkt: None,
        };
        sessions.push(session.id.clone());
        SessionStore::create(store, NewSession { session, refresh_token: hash() }, Audit::none()).await.unwrap();
        keys.push(new_key(store, subject, None).await.id);
    }
    (sessions, keys)
}

async fn new_key<S: ApiKeyStore>(store: &S, owner: &SubjectId, parent: Option<ParentKey>) -> ApiKeyRecord {
    let key = ApiKeyRecord {
        id: ApiKeyId::random(),
        name: "nightly export".to_owned(),
        owner: owner.clone(),
        scopes: Vec::new(),
        metadata: None,
        self_service: false,
        parent,
        imported: None,
        hash: hash(),
        previous: None,
        created_at: SystemClock.now(),
        expires_at: None,
        last_used_at: None,
    };
    ApiKeyStore::create(store, key.clone(), Audit::none()).await.unwrap();
    key
}

fn hash() -> TokenHash {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    TokenHash::from(bytes)
}

async fn every_session_and_key_is_removed_in_short_steps(store: impl Store) {
    let (steps, system) = (Steps(store.clone(), Arc::default()), Context::system("test"));
    let key = SigningKey::hs256(&random_secret().unwrap()).unwrap();
    let builder = Auth::builder(key, "https://issuer.example.com", "steps").store(store.clone());
    let auth = builder.events(steps.clone()).build().unwrap();
    let ada = Registration::new("ada@example.com", "three words and a comma");
    let (ada, _) = auth.register(&system, ada).await.unwrap();

    fill(&store, &ada).await;
    auth.logout_everywhere(&system, &ada).await.unwrap();
    assert_eq!(steps.take().0, [50, 50, 20]);
    assert_eq!(store.end_all(&ada, 1, Audit::none()).await.unwrap(), []);

    let above = new_key(&store, &ada, None).await;
    for _ in 0..MANY {
        new_key(&store, &ada, Some(ParentKey { id: above.id.clone(), hash: above.hash })).await;
    }
    steps.take();
    auth.revoke_api_key(&system, &above.id).await.unwrap();
    let (_, left, revoked) = steps.take();
    assert_eq!(revoked, 1 + MANY, "the key and all that are derived from it");
    assert_eq!(left, [2 * MANY, 190, 140, MANY]);
    // The keys of the first time are left.
    assert_eq!(ApiKeyStore::list(&store, Some(&ada), Page::first(1_000)).await.unwrap().len(), MANY);

    let (sessions, keys) = fill(&store, &ada).await;
    steps.take();
    auth.remove_account(&system, &ada).await.unwrap();
    // The keys of the first time, too.
    assert_eq!(steps.take(), (vec![50, 50, 20], vec![190, 140, 90, 40, 0], 2 * MANY));
    for session in sessions {
        assert_eq!(SessionStore::find(&store, &session).await.unwrap(), None);
    }
    for key in keys {
        assert!(ApiKeyStore::find(&store, &key).await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_sqlite() {
    every_session_and_key_is_removed_in_short_steps(SqliteStore::open("sqlite::memory:").await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_postgres() {
    let Some(database) = Database::create("removal in short steps from PostgreSQL").await else { return };
    every_session_and_key_is_removed_in_short_steps(PostgresStore::open(&database.url()).await.unwrap()).await;
}

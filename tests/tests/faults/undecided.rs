//! Calls of a store that committed, but were cancelled or answered by an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::cluster::MemoryFanout;
use auth_core::store::{
    AccountPatch, Audit, AuditFilter, MemoryStore, NewSession, Page, Redeem, Redeemed, RefreshTokenRecord, Session,
    SessionStore, StepUp, StoreError,
};
use auth_core::token::{SigningKey, TokenHash};
use auth_core::{AccountError, Auth, Context, Login, Registration, SessionId, SubjectId, Timestamp};
use tokio::sync::Semaphore;

use crate::clock::{identity, status};
use crate::{PASSWORD, SOON, until};

/// The outcome of a call that ends sessions.
#[derive(Clone, Copy)]
enum Outcome {
    Done,
    /// Committed, and answered by an error.
    Fails,
    /// Committed, and never answered.
    Hangs,
    /// Waits before it commits, until it is released.
    Waits,
    /// Committed, and panics.
    Panics,
    /// Refuses a text, and commits nothing.
    Refuses,
}

/// Sessions in memory behind a connection that may fail.
#[derive(Clone)]
struct Line {
    store: MemoryStore,
    outcome: Arc<AtomicU8>,
    /// A permit for each call that has started to wait, or has committed.
    reached: Arc<Semaphore>,
    go_on: Arc<Semaphore>,
}

impl Line {
    fn is(&self, outcome: Outcome) {
        self.outcome.store(outcome as u8, Ordering::SeqCst);
    }

    async fn through<T: Send>(
        &self,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let outcome = self.outcome.load(Ordering::SeqCst);
        if outcome == Outcome::Waits as u8 {
            self.reached.add_permits(1);
            self.go_on.acquire().await.unwrap().forget();
        }
        if outcome == Outcome::Refuses as u8 {
            return Err(StoreError::InvalidText("NUL".into()));
        }
        let answer = call.await;
        assert_ne!(outcome, Outcome::Panics as u8, "a store with a fault");
        if outcome == Outcome::Hangs as u8 {
            self.reached.add_permits(1);
            std::future::pending::<()>().await;
        }
        if outcome == Outcome::Fails as u8 { Err(StoreError::unavailable("the line is cut")) } else { answer }
    }
}

#[async_trait]
impl SessionStore for Line {
    async fn create(&self, session: NewSession, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        SessionStore::create(&self.store, session, audit).await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        SessionStore::find(&self.store, id).await
    }

    async fn list(
        &self,
        subject: &SubjectId,
        version: u64,
        now: Timestamp,
        page: Page<'_, SessionId>,
    ) -> Result<Vec<Session>, StoreError> {
        SessionStore::list(&self.store, subject, version, now, page).await
    }

    async fn redeem(&self, redeem: Redeem<'_>, audit: Audit<'_, Redeemed>) -> Result<Redeemed, StoreError> {
        self.through(self.store.redeem(redeem, audit)).await
    }

    async fn end(&self, subject: &SubjectId, id: &SessionId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        self.through(self.store.end(subject, id, audit)).await
    }

    async fn end_all(
        &self,
        subject: &SubjectId,
        limit: u32,
        audit: Audit<'_, Vec<SessionId>>,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.through(self.store.end_all(subject, limit, audit)).await
    }

    async fn step_up(
        &self,
        step_up: StepUp<'_>,
        audit: Audit<'_, Option<Session>>,
    ) -> Result<Option<Session>, StoreError> {
        self.through(self.store.step_up(step_up, audit)).await
    }

    async fn find_by_refresh_token(&self, token: &TokenHash) -> Result<Option<RefreshTokenRecord>, StoreError> {
        self.store.find_by_refresh_token(token).await
    }
}

/// Two nodes that share a store and a fan-out; the first one's connection is the one that fails.
struct Nodes {
    here: Auth,
    there: Auth,
    line: Line,
    subject: SubjectId,
}

impl Nodes {
    async fn new() -> Self {
        let store = MemoryStore::new();
        let [reached, go_on] = [0, 0].map(|permits| Arc::new(Semaphore::new(permits)));
        let line = Line { store: store.clone(), outcome: Arc::new(AtomicU8::new(Outcome::Done as u8)), reached, go_on };
        let fanout = MemoryFanout::new();
        let node = || {
            let key = SigningKey::hs256(&"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into()).unwrap();
            let builder = Auth::builder(key, "https://issuer.example.com", "undecided").store(store.clone());
            // So long that only a message can be the reason.
            builder.refresh_leeway(Duration::ZERO).cache_ttl(Duration::from_hours(1)).fanout(fanout.clone())
        };
        let (here, there) = (node().sessions(line.clone()).build().unwrap(), node().build().unwrap());
        let (subject, _) = here
            .register(&Context::system("test"), Registration::new("ada@example.com", PASSWORD.to_owned()))
            .await
            .unwrap();
        let nodes = Self { here, there, line, subject };
        nodes.listen().await;
        nodes
    }

    async fn login(&self) -> auth_core::Tokens {
        let tokens = self
            .here
            .login(&Context::system("test"), Login::new("ada@example.com", PASSWORD.to_owned()))
            .await
            .unwrap();
        for node in [&self.here, &self.there] {
            assert_eq!(status(node, tokens.access.expose()).await, 200, "and it is cached");
        }
        tokens
    }

    /// Waits until each receives the other's messages.
    async fn listen(&self) {
        until("a node listens", SOON, async || {
            let tokens = self.login().await;
            self.here
                .logout(&Context::system("test"), &identity(&self.here, tokens.access.expose()).await)
                .await
                .unwrap();
            status(&self.there, tokens.access.expose()).await == 401
        })
        .await;
    }

    /// Makes a call whose transaction commits and which then ends this way, and checks that both nodes refuse the token.
    async fn ends(&self, outcome: Outcome, access: &str, call: impl Future<Output = Result<(), AccountError>>) {
        self.line.is(outcome);
        tokio::select! {
            answer = call => assert!(answer.is_err() && matches!(outcome, Outcome::Fails | Outcome::Panics), "{answer:?}"),
            // The client disconnects.
            done = self.line.reached.acquire() => done.unwrap().forget(),
        }
        self.line.is(Outcome::Done);
        if matches!(outcome, Outcome::Fails | Outcome::Panics) {
            assert_eq!(status(&self.here, access).await, 401, "an ended session is cached");
        }
        // A write that is never answered times out after some seconds.
        until("this node forgets the session", SOON, async || status(&self.here, access).await == 401).await;
        until("the other node receives the change", SOON, async || status(&self.there, access).await == 401).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_without_an_answer_is_seen_by_every_cache() {
    let nodes = Nodes::new().await;
    for outcome in [Outcome::Fails, Outcome::Hangs] {
        let access = nodes.login().await.access;
        let identity = identity(&nodes.here, access.expose()).await;
        nodes.ends(outcome, access.expose(), nodes.here.logout(&Context::system("test"), &identity)).await;
    }
}

/// Whether the change was made is unknown after an error and after a panic, and known where a text was refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_panics_has_an_event_and_one_that_is_refused_has_none() {
    let nodes = Nodes::new().await;
    let undecided = async || {
        nodes.here.settled().await;
        let filter = AuditFilter { kind: Some("change_undecided".into()), ..AuditFilter::default() };
        nodes.here.events(&filter, 10).await.unwrap().len()
    };
    for (outcome, events) in [(Outcome::Fails, 1), (Outcome::Panics, 2)] {
        let access = nodes.login().await.access;
        let identity = identity(&nodes.here, access.expose()).await;
        nodes.ends(outcome, access.expose(), nodes.here.logout(&system(), &identity)).await;
        assert_eq!(undecided().await, events);
    }
    let identity = identity(&nodes.here, nodes.login().await.access.expose()).await;
    nodes.line.is(Outcome::Refuses);
    let refused = nodes.here.logout(&system(), &identity).await;
    assert!(matches!(refused, Err(AccountError::InvalidInput { .. })), "{refused:?}");
    assert_eq!(undecided().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_without_an_answer_is_seen_by_every_cache() {
    let nodes = Nodes::new().await;
    for outcome in [Outcome::Fails, Outcome::Hangs] {
        let tokens = nodes.login().await;
        nodes.here.refresh(&Context::system("test"), tokens.refresh.expose()).await.unwrap();
        assert_eq!(status(&nodes.here, tokens.access.expose()).await, 200);
        let replay = async { nodes.here.refresh(&Context::system("test"), tokens.refresh.expose()).await.map(|_| ()) };
        nodes.ends(outcome, tokens.access.expose(), replay).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_everywhere_without_an_answer_is_seen_by_every_cache() {
    let nodes = Nodes::new().await;
    for outcome in [Outcome::Fails, Outcome::Hangs] {
        let access = nodes.login().await.access;
        nodes
            .ends(outcome, access.expose(), nodes.here.logout_everywhere(&Context::system("test"), &nodes.subject))
            .await;
    }
}

const NEW_PASSWORD: &str = "another horse for the stable";

impl Nodes {
    /// Changes the password on the first node, and makes `meanwhile` on the second one after the hashes were computed
    /// and before the first write.
    async fn change(
        &self,
        tokens: &auth_core::Tokens,
        meanwhile: impl AsyncFnOnce(&Auth),
    ) -> Result<auth_core::Tokens, AccountError> {
        let identity = identity(&self.here, tokens.access.expose()).await;
        self.line.is(Outcome::Waits);
        let change = tokio::spawn({
            let here = self.here.clone();
            async move { here.change_password(&system(), &identity, PASSWORD.into(), NEW_PASSWORD.into()).await }
        });
        self.line.reached.acquire().await.unwrap().forget();
        self.line.is(Outcome::Done);
        meanwhile(&self.there).await;
        self.line.go_on.add_permits(1);
        change.await.unwrap()
    }

    async fn try_login(&self, password: &str) -> Result<auth_core::Tokens, AccountError> {
        self.there.login(&system(), Login::new("ada@example.com", password)).await
    }
}

fn system() -> Context {
    Context::system("test")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_change_whose_session_ends_meanwhile_changes_nothing() {
    let nodes = Nodes::new().await;
    let thief = nodes.login().await;
    let session = identity(&nodes.here, thief.access.expose()).await.session().unwrap().clone();
    let changed = nodes
        .change(&thief, async |there| assert!(there.end_session(&system(), &nodes.subject, &session).await.unwrap()))
        .await;
    assert_eq!(changed.err(), Some(AccountError::CallerChanged));
    assert!(nodes.try_login(NEW_PASSWORD).await.is_err(), "the password of an ended session was set");
    nodes.try_login(PASSWORD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_change_loses_to_one_that_was_faster() {
    let nodes = Nodes::new().await;
    let (thief, owner) = (nodes.login().await, nodes.login().await);
    let of_owner = "the owner is the first to write";
    let changed = nodes
        .change(&thief, async |there| {
            let identity = identity(there, owner.access.expose()).await;
            there.change_password(&system(), &identity, PASSWORD.into(), of_owner.into()).await.unwrap();
        })
        .await;
    assert_eq!(changed.err(), Some(AccountError::CallerChanged));
    assert!(nodes.try_login(NEW_PASSWORD).await.is_err(), "the second of two changes won");
    nodes.try_login(of_owner).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_change_of_an_account_that_is_disabled_meanwhile_changes_nothing() {
    let nodes = Nodes::new().await;
    let thief = nodes.login().await;
    let active = |active| AccountPatch { active: Some(active), ..AccountPatch::default() };
    let changed = nodes
        .change(&thief, async |there| {
            there.update_account(&system(), &nodes.subject, active(false)).await.unwrap();
        })
        .await;
    assert_eq!(changed.err(), Some(AccountError::CallerChanged));
    nodes.there.update_account(&system(), &nodes.subject, active(true)).await.unwrap();
    assert!(nodes.try_login(NEW_PASSWORD).await.is_err(), "the password of a disabled account was set");
    nodes.try_login(PASSWORD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_every_session_and_begins_one() {
    let nodes = Nodes::new().await;
    let (mine, other) = (nodes.login().await, nodes.login().await);
    let tokens = nodes.change(&mine, async |_| {}).await.unwrap();
    for dead in [&mine, &other] {
        for node in [&nodes.here, &nodes.there] {
            until("a node hears of it", SOON, async || status(node, dead.access.expose()).await == 401).await;
        }
        let refused = nodes.there.refresh(&system(), dead.refresh.expose()).await;
        assert!(matches!(refused, Err(AccountError::InvalidRefreshToken)), "{refused:?}");
    }
    assert_eq!(status(&nodes.there, tokens.access.expose()).await, 200);
    nodes.there.refresh(&system(), tokens.refresh.expose()).await.unwrap();
    assert_eq!(nodes.there.sessions(&nodes.subject, Page::first(10)).await.unwrap().len(), 1);
}

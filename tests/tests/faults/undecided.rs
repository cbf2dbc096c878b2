//! Calls of a store that committed, but were cancelled or answered by an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::cluster::MemoryFanout;
use auth_core::store::{
    Audit, MemoryStore, NewSession, Redeem, Redeemed, RefreshTokenRecord, Session, SessionStore, StoreError,
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
        let answer = call.await;
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

    async fn list(&self, subject: &SubjectId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        SessionStore::list(&self.store, subject, now).await
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
        keep: Option<(&SessionId, u64)>,
        limit: u32,
        audit: Audit<'_, Vec<SessionId>>,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.through(self.store.end_all(subject, keep, limit, audit)).await
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
            answer = call => assert!(answer.is_err() && matches!(outcome, Outcome::Fails), "{answer:?}"),
            // The client disconnects.
            done = self.line.reached.acquire() => done.unwrap().forget(),
        }
        self.line.is(Outcome::Done);
        if matches!(outcome, Outcome::Fails) {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_during_a_password_change_does_not_end_its_session() {
    let nodes = Nodes::new().await;
    let (kept, other) = (nodes.login().await, nodes.login().await);
    let identity = identity(&nodes.here, kept.access.expose()).await;
    nodes.line.is(Outcome::Waits);
    let change = tokio::spawn({
        let here = nodes.here.clone();
        let new = "another horse for the stable".to_owned();
        async move {
            here.change_password(&Context::system("test"), &identity, PASSWORD.to_owned().into(), new.into()).await
        }
    });
    // The new password is stored; the sessions have not been ended or kept yet.
    nodes.line.reached.acquire().await.unwrap().forget();
    for tokens in [&kept, &other] {
        let refused = nodes.there.refresh(&Context::system("test"), tokens.refresh.expose()).await;
        assert!(matches!(refused, Err(AccountError::InvalidRefreshToken)), "{refused:?}");
        assert_eq!(status(&nodes.here, tokens.access.expose()).await, 401);
    }
    nodes.line.go_on.add_permits(1);
    change.await.unwrap().unwrap();

    let tokens =
        nodes.there.refresh(&Context::system("test"), kept.refresh.expose()).await.expect("the session goes on");
    assert_eq!(status(&nodes.here, tokens.access.expose()).await, 200);
    assert_eq!(status(&nodes.here, kept.access.expose()).await, 200);
    assert!(
        nodes.there.refresh(&Context::system("test"), other.refresh.expose()).await.is_err(),
        "another session outlived the password"
    );
    assert_eq!(status(&nodes.here, other.access.expose()).await, 401);
}

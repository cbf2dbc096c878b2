//! Refusals in the audit trail: what is recorded, and what a flood of them costs.

use std::collections::BTreeMap;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use async_trait::async_trait;
use auth_core::event::{AuditSampling, Event, EventKind, EventSink};
use auth_core::prelude::*;
use auth_core::store::{Audit, AuditFilter, AuditLog, AuditRow, ChainHead, LinkedRow, MemoryStore, StoreError};
use auth_core::token::AuditKey;
use auth_core::{Context, Login, Registration, Timestamp, testing};
use axum::body::Body;
use axum::http::Request;
use tokio::sync::Semaphore;
use tower_service::Service as _;

const PASSWORD: &str = "three words and a comma";

#[require_auth]
async fn guarded() {}

async fn request(auth: &Auth, token: Option<&str>) -> u16 {
    let mut app: axum::Router = GuardedRouter::new().route("/", get(guarded)).with_state(auth.clone());
    let mut request = Request::get("/");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    app.call(request.body(Body::empty()).unwrap()).await.unwrap().status().as_u16()
}

async fn refused(auth: &Auth, times: usize) {
    for _ in 0..times {
        assert_eq!(request(auth, None).await, 401);
    }
}

async fn failed_login(auth: &Auth) {
    let login = auth.login(&Context::system("test"), Login::new("ada@example.com", "another password")).await;
    assert!(login.is_err());
}

/// A trail whose store waits for permits, or refuses every write.
#[derive(Clone)]
struct Slow {
    store: MemoryStore,
    permits: Arc<Semaphore>,
    is_down: Arc<AtomicBool>,
    panics: Arc<AtomicBool>,
}

impl Slow {
    fn with(permits: usize) -> Self {
        Self {
            store: MemoryStore::new(),
            permits: Arc::new(Semaphore::new(permits)),
            is_down: Arc::default(),
            panics: Arc::default(),
        }
    }

    /// The number of rows of each kind, and the sum of all dropped events.
    async fn rows(&self) -> (BTreeMap<String, usize>, u64) {
        let rows = self.store.events(&AuditFilter::default(), 10_000).await.unwrap();
        let (mut kinds, mut dropped) = (BTreeMap::new(), 0);
        for row in rows {
            *kinds.entry(row.kind.to_string()).or_default() += 1;
            if let EventKind::EventsDropped { count } = serde_json::from_str::<Event>(&row.body).unwrap().kind {
                dropped += count;
            }
        }
        (kinds, dropped)
    }

    async fn count(&self, kind: &str) -> usize {
        self.rows().await.0.get(kind).copied().unwrap_or_default()
    }
}

#[async_trait]
impl AuditLog for Slow {
    async fn append(&self, rows: Vec<AuditRow>, key: Option<&AuditKey>) -> Result<(), StoreError> {
        let _permit = self.permits.acquire().await.unwrap();
        assert!(!self.panics.load(Ordering::Relaxed), "a log with a fault");
        if self.is_down.load(Ordering::Relaxed) {
            return Err(StoreError::unavailable("down"));
        }
        self.store.append(rows, key).await
    }

    async fn events(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.store.events(filter, limit).await
    }

    async fn chains(&self) -> Result<Vec<ChainHead>, StoreError> {
        self.store.chains().await
    }

    async fn linked_rows(&self, from: (i64, i64), limit: u32) -> Result<Vec<LinkedRow>, StoreError> {
        self.store.linked_rows(from, limit).await
    }

    async fn unlinked_rows(&self, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.store.unlinked_rows(limit).await
    }

    async fn adopt(&self, limit: u32, audit: Audit<'_, u64>) -> Result<u64, StoreError> {
        self.store.adopt(limit, audit).await
    }

    async fn reseal(&self, head: &ChainHead, key: Option<&AuditKey>) -> Result<bool, StoreError> {
        self.store.reseal(head, key).await
    }

    async fn forget(&self, before: Timestamp, limit: u32, keys: &[AuditKey]) -> Result<u64, StoreError> {
        self.store.forget(before, limit, keys).await
    }
}

fn service(log: &Slow, sampling: AuditSampling) -> Auth {
    testing::in_memory().audit_log(log.clone()).audit_sampling(sampling).build().unwrap()
}

#[tokio::test]
async fn a_flood_of_refusals_neither_waits_for_the_store_nor_grows_nor_hides_a_failed_login() {
    let log = Slow::with(0);
    let auth = service(&log, AuditSampling::new().refusals_per_minute(u32::MAX));
    refused(&auth, 3_000).await;
    failed_login(&auth).await;
    assert_eq!(log.rows().await.0, BTreeMap::new(), "the store was not to answer yet");
    log.permits.add_permits(1);
    auth.settled().await;
    let (kinds, dropped) = log.rows().await;
    let recorded = kinds["access_refused"];
    // 256 of 1,024 places are left to other events; one batch of 200 may be under way.
    assert!((700..=968).contains(&recorded), "{recorded} rows of 3,000 were in memory");
    assert_eq!(recorded as u64 + dropped, 3_000);
    assert_eq!(kinds["login_failed"], 1);
}

#[derive(Clone, Default)]
struct Dropped(Arc<Mutex<u64>>);

#[async_trait]
impl EventSink for Dropped {
    async fn record(&self, event: Event) {
        if let EventKind::EventsDropped { count } = event.kind {
            *self.0.lock().unwrap() += count;
        }
    }
}

#[tokio::test]
async fn refusals_of_a_minute_are_limited_and_the_rest_is_counted() {
    let (log, sink) = (Slow::with(1), Dropped::default());
    let sampling = AuditSampling::new().refusals_per_minute(5);
    let auth = testing::in_memory().audit_log(log.clone()).audit_sampling(sampling).events(sink.clone());
    let auth = auth.build().unwrap();
    refused(&auth, 20).await;
    failed_login(&auth).await;
    auth.settled().await;
    let (kinds, dropped) = log.rows().await;
    assert_eq!((kinds["access_refused"], kinds["login_failed"], dropped), (5, 1, 15));
    assert_eq!(*sink.0.lock().unwrap(), 15, "the sink receives the number as well");
}

#[tokio::test]
async fn refusals_and_uses_are_sampled_and_failed_logins_are_not() {
    let ada = || Registration::new("ada@example.com", PASSWORD);
    for (sampling, refusals, uses) in [
        (AuditSampling::new(), 400..=400, 0..=0),
        (AuditSampling::new().refusals(0).uses(1), 0..=0, 400..=400),
        // Five standard deviations around 100.
        (AuditSampling::new().refusals(4).uses(4), 57..=143, 57..=143),
    ] {
        let log = Slow::with(1);
        let auth = service(&log, sampling);
        let (ada, _) = auth.register(&Context::system("test"), ada()).await.unwrap();
        let token = testing::sign_in(&auth, &ada, "pwd", "").await.unwrap();
        refused(&auth, 400).await;
        failed_login(&auth).await;
        auth.settled().await;
        for _ in 0..400 {
            assert_eq!(request(&auth, Some(token.expose())).await, 200);
        }
        auth.settled().await;
        let (refused, granted) = (log.count("access_refused").await, log.count("access_granted").await);
        assert!(refusals.contains(&refused) && uses.contains(&granted), "{sampling:?}: {refused}, {granted}");
        assert_eq!(log.count("login_failed").await, 1, "{sampling:?}");
    }
}

#[tokio::test]
async fn a_request_that_is_cancelled_after_its_refusal_has_its_row() {
    let log = Slow::with(1);
    let auth = service(&log, AuditSampling::new());
    {
        let mut running = pin!(request(&auth, None));
        // The guard decides in the first poll.
        let _answer = poll_fn(|cx| Poll::Ready(running.as_mut().poll(cx))).await;
    }
    auth.settled().await;
    assert_eq!(log.count("access_refused").await, 1);
}

#[tokio::test]
async fn rows_that_the_store_refuses_are_counted_once_it_answers() {
    let log = Slow::with(1);
    let auth = service(&log, AuditSampling::new());
    log.is_down.store(true, Ordering::Relaxed);
    refused(&auth, 3).await;
    auth.settled().await;
    log.is_down.store(false, Ordering::Relaxed);
    refused(&auth, 2).await;
    auth.settled().await;
    let (kinds, dropped) = log.rows().await;
    assert_eq!((kinds["access_refused"], dropped), (2, 3));
}

#[tokio::test]
async fn rows_of_a_log_that_panics_are_counted() {
    let log = Slow::with(1);
    let auth = service(&log, AuditSampling::new());
    log.panics.store(true, Ordering::Relaxed);
    refused(&auth, 3).await;
    auth.settled().await;
    log.panics.store(false, Ordering::Relaxed);
    refused(&auth, 2).await;
    auth.settled().await;
    let (kinds, dropped) = log.rows().await;
    assert_eq!((kinds["access_refused"], dropped), (2, 3));
}

#[test]
fn rows_of_an_aborted_runtime_are_written_by_the_next() {
    let log = Slow::with(1);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let auth = service(&log, AuditSampling::new());
    runtime().block_on(refused(&auth, 1));
    runtime().block_on(async {
        refused(&auth, 1).await;
        auth.settled().await;
        assert_eq!(log.count("access_refused").await, 2);
    });
}

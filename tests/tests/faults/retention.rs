//! The end of a service while it removes old events.

use std::time::Duration;

use async_trait::async_trait;
use auth_core::event::{Event, EventKind, EventSink};
use auth_core::store::{AuditFilter, AuditLog as _, AuditRow, MemoryStore};
use auth_core::testing::TestClock;
use auth_core::token::{SigningKey, random_secret};
use auth_core::{Auth, Settings, Timestamp};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::yield_now;

/// More than one step removes.
const ROWS: u32 = 1_500;

/// Reports how many events expired.
struct Expired(UnboundedSender<u64>);

#[async_trait]
impl EventSink for Expired {
    async fn record(&self, event: Event) {
        if let EventKind::EventsExpired { count } = event.kind {
            self.0.send(count).unwrap();
        }
    }
}

#[tokio::test]
async fn events_that_are_gone_have_their_event_where_the_service_ends_meanwhile() {
    let store = MemoryStore::new();
    let row = |number: u32| AuditRow {
        id: number.to_string().into(),
        at: Timestamp::from_secs(1_800_000_000),
        kind: "caches_invalidated".into(),
        outcome: "success".into(),
        subject: None,
        body: String::new(),
    };
    store.append((0..ROWS).map(row).collect(), None).await.unwrap();
    let clock = TestClock::at(Timestamp::from_secs(1_800_000_000).after(Duration::from_hours(30 * 24)));
    let (sender, mut expired) = unbounded_channel();
    let mut settings = Settings::from_env().unwrap().or_issuer("https://api.example.com").or_audience("api");
    settings.keys = Some(SigningKey::hs256(&random_secret().unwrap()).unwrap().into());
    settings.audit_retention = Some(Duration::from_hours(48));
    let auth = Auth::from_settings(settings).unwrap().store(store.clone()).clock(clock).events(Expired(sender));
    let auth = auth.build().unwrap();
    let rows = async || store.events(&AuditFilter::default(), ROWS + 1).await.unwrap().len();
    while rows().await == ROWS as usize {
        yield_now().await;
    }
    drop(auth);
    assert_eq!(expired.recv().await, Some(ROWS.into()));
}

//! Retention of the audit trail by the purge task.

use std::time::Duration;

use async_trait::async_trait;
use auth_core::event::{Event, EventKind, EventSink};
use auth_core::store::{AuditFilter, SqliteStore};
use auth_core::testing::{TestClock, in_memory};
use auth_core::token::{SigningKey, random_secret};
use auth_core::{Auth, Context, Settings, Timestamp};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

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
async fn the_purge_task_keeps_events_for_the_time_of_the_settings_by_whole_days() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    // 2027-01-15 at 08:00.
    let clock = TestClock::at(Timestamp::from_secs(1_800_000_000));
    let writer = in_memory().store(store.clone()).clock(clock.clone()).build().unwrap();
    for _ in 0..3 {
        writer.invalidate_all(&Context::system("test")).await;
        writer.settled().await;
        clock.advance(Duration::from_hours(24));
    }
    // The second of them is 49 hours old, and of a day that is not over for 48 hours.
    clock.advance(Duration::from_hours(1));
    let (sender, mut expired) = unbounded_channel();
    let mut settings = Settings::from_env().unwrap().or_issuer("https://api.example.com").or_audience("api");
    settings.keys = Some(SigningKey::hs256(&random_secret().unwrap()).unwrap().into());
    settings.audit_retention = Some(Duration::from_hours(48));
    let auth = Auth::from_settings(settings).unwrap().store(store.clone()).clock(clock).events(Expired(sender));
    let auth = auth.build().unwrap();
    assert_eq!(expired.recv().await, Some(1));
    auth.settled().await;
    let kinds: Vec<_> = auth.events(&AuditFilter::default(), 10).await.unwrap().into_iter().map(|e| e.kind).collect();
    let invalidated = EventKind::CachesInvalidated;
    assert_eq!(kinds, [EventKind::EventsExpired { count: 1 }, invalidated.clone(), invalidated]);
    assert!(auth.verify_events(None).await.unwrap().is_intact());
}

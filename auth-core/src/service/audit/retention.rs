//! Removal of old events, and adoption of rows from before their chains.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::task::TaskTracker;

use crate::base::{Context, Timestamp};
use crate::event::{Event, EventKind, Events, Journal};
use crate::service::purge::{BATCH, PAUSE};
use crate::service::{AccountError, Auth};
use crate::store::{ChainHead, StoreError};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// Steps of one removal by the purge task, which leaves the rest to the next: one event says how many there were, and a
/// service that stops waits for it.
const STEPS: usize = 100;

/// Rows in one step of an adoption.
const ADOPTED: u32 = 200;

/// The removal of events that are older than a time to keep.
pub(in crate::service) struct Retention {
    journal: Journal,
    kept_for: Duration,
    events: Events,
    tasks: TaskTracker,
}

impl Retention {
    pub(in crate::service) fn of(
        journal: Option<Journal>,
        kept_for: Option<Duration>,
        events: &Events,
        tasks: &TaskTracker,
    ) -> Option<Self> {
        Some(Self { journal: journal?, kept_for: kept_for?, events: events.clone(), tasks: tasks.clone() })
    }

    /// Removes events by whole days, so that one event in a day says how many. In a task of its own: where the purge task is
    /// dropped, the rows that are gone still have their event.
    pub(in crate::service) async fn sweep(&self, now: Timestamp) -> Result<(), StoreError> {
        let before = now.before(self.kept_for).as_millis();
        let before = Timestamp::from_millis(before - before.rem_euclid(DAY_MILLIS));
        let (journal, events) = (self.journal.clone(), self.events.clone());
        let removal = self.tasks.spawn(async move {
            let context = Context::system("audit retention");
            forget(&journal, &events, &context, now, before, STEPS).await.map(drop)
        });
        removal.await.map_err(StoreError::unavailable)?
    }
}

/// Removes events in at most so many steps, and records their number.
async fn forget(
    journal: &Journal,
    events: &Events,
    context: &Context,
    now: Timestamp,
    before: Timestamp,
    steps: usize,
) -> Result<u64, StoreError> {
    let (mut count, mut failed) = (0, None);
    for _ in 0..steps {
        match journal.log().forget(before, BATCH, journal.keys()).await {
            Ok(0) => break,
            Ok(removed) => count += removed,
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
        sleep(PAUSE).await;
    }
    if count > 0 {
        events.deliver(Event::new(context, now, EventKind::EventsExpired { count })).await;
    }
    failed.map_or(Ok(count), Err)
}

impl Auth {
    /// Removes the events before this time from the audit trail, and returns their number. The rest is still verified, and
    /// the event [`EventsExpired`](EventKind::EventsExpired) says how many there were.
    ///
    /// Rows that were changed, and rows that follow on them, stay: they are what
    /// [`verify_events`](Self::verify_events) is to find.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use auth_core::{Clock as _, SystemClock};
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let year = Duration::from_hours(366 * 24);
    /// assert_eq!(auth.forget_events(&system, SystemClock.now().before(year)).await?, 0);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// As [`events`](Self::events); completed steps are not undone.
    pub async fn forget_events(&self, context: &Context, before: Timestamp) -> Result<u64, AccountError> {
        self.change(context, "forget_events", move |change| async move {
            let auth = change.auth();
            let events = &auth.verifier().events;
            Ok(forget(auth.journal()?, events, change.context(), change.now(), before, usize::MAX).await?)
        })
        .await
    }

    /// Links the rows of the audit trail that have no link, and seals with the
    /// [`audit_key`](crate::AuthBuilder::audit_key) the heads of chains that have none of it. Returns the numbers of rows and
    /// chains. The event [`EventsAdopted`](EventKind::EventsAdopted) records them.
    ///
    /// Call it once after the update from a release without links, after the first start with a key, and after the last node
    /// of a former release or key has ended. It takes rows as they are, so a row that another party inserted without a link
    /// has one from then on: look at [`TrailReport::unlinked`](crate::TrailReport::unlinked) before.
    ///
    /// ```
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// assert_eq!(auth.adopt_events(&system).await?, (0, 0));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// As [`events`](Self::events); completed steps are not undone.
    pub async fn adopt_events(&self, context: &Context) -> Result<(u64, u64), AccountError> {
        self.change(context, "adopt_events", |change| async move {
            let journal = change.auth().journal()?;
            let (mut rows, mut chains) = (0, 0);
            loop {
                let adopted = |rows: &u64| match *rows {
                    0 => Vec::new(),
                    rows => vec![EventKind::EventsAdopted { rows, chains: 0 }],
                };
                let recording = change.recording(None, adopted);
                match recording.of(journal.log().adopt(ADOPTED, recording.audit())).await? {
                    0 => break,
                    step => rows += step,
                }
                sleep(PAUSE).await;
            }
            let mut failed = None;
            for head in journal.log().chains().await?.iter().filter(|head| adoptable(head, journal)) {
                match journal.log().reseal(head, journal.key()).await {
                    Ok(is_resealed) => chains += u64::from(is_resealed),
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            }
            if chains > 0 {
                let event = Event::new(change.context(), change.now(), EventKind::EventsAdopted { rows: 0, chains });
                change.auth().verifier().events.deliver(event).await;
            }
            Ok(failed.map_or(Ok((rows, chains)), Err)?)
        })
        .await
    }
}

/// Whether a head has the seal that it should have without the current key. A changed one stays as it is.
fn adoptable(head: &ChainHead, journal: &Journal) -> bool {
    let is_former = head.is_sealed_by(None) && head.key_id.is_empty() || head.is_sealed_by_any(journal.keys());
    is_former && !head.is_sealed_by(journal.key())
}

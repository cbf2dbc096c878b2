//! Rows of the audit trail for events outside the transaction of a change: refusals, above all.
//!
//! A guard puts a row into a bounded queue and goes on. A task writes the queue in batches and ends when it is empty.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::TaskTracker;

use super::sampling::is_refusal;
use super::{AuditSampling, Event, EventKind, EventSink, Journal};
use crate::base::{Clock, Context};
use crate::store::{AuditRow, StoreError};

/// Rows in the queue. A row takes up to about 4 KiB, most of it the user agent.
const CAPACITY: usize = 1_024;

/// Places that refusals and granted accesses leave to other events.
const RESERVED: usize = 256;

/// Rows of one transaction. Other writers wait for one at most.
const BATCH: usize = 200;

/// The pause between two batches, in which other writers proceed and rows gather.
const PAUSE: Duration = Duration::from_millis(20);

/// The pause after a report of missing rows or a failed write.
const LONG_PAUSE: Duration = Duration::from_secs(1);

/// The time limit of one write. The built-in stores have shorter ones.
const PATIENCE: Duration = Duration::from_secs(10);

const MINUTE: Duration = Duration::from_mins(1);

/// The audit trail of one `Auth`.
#[derive(Clone)]
pub(crate) struct Trail(Arc<Inner>);

struct Inner {
    journal: Journal,
    sink: Arc<dyn EventSink>,
    clock: Arc<dyn Clock>,
    sampling: AuditSampling,
    /// Counts the task, so that `Auth::settled` waits for it.
    tasks: TaskTracker,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    rows: VecDeque<AuditRow>,
    /// Events that have no row, since the last report.
    dropped: u64,
    /// Whether there is a task.
    is_writing: bool,
    /// The start of the current minute, and its refusals.
    minute: Option<(Instant, u32)>,
}

impl Queue {
    fn admits(&mut self, kind: &EventKind, per_minute: u32) -> bool {
        let is_refusal = is_refusal(kind);
        let is_frequent = is_refusal || matches!(kind, EventKind::AccessGranted { .. });
        let room = if is_frequent { CAPACITY - RESERVED } else { CAPACITY };
        self.rows.len() < room && (!is_refusal || self.spends(per_minute))
    }

    /// Counts one refusal, if there is one left in this minute.
    fn spends(&mut self, per_minute: u32) -> bool {
        let now = Instant::now();
        let current = self.minute.filter(|(start, _)| now.duration_since(*start) < MINUTE);
        let (start, refusals) = current.unwrap_or((now, 0));
        let is_left = refusals < per_minute;
        self.minute = Some((start, refusals + u32::from(is_left)));
        is_left
    }
}

impl Trail {
    pub(crate) fn new(
        journal: Journal,
        sink: Arc<dyn EventSink>,
        clock: Arc<dyn Clock>,
        sampling: AuditSampling,
        tasks: TaskTracker,
    ) -> Self {
        Self(Arc::new(Inner { journal, sink, clock, sampling, tasks, queue: Mutex::default() }))
    }

    pub(super) fn wants(&self, kind: &str) -> bool {
        self.0.sampling.wants(kind)
    }

    /// Queues the row of an event, or counts it as dropped. It never waits.
    pub(super) fn record(&self, event: &Event) {
        if !self.0.sampling.keeps(event) {
            return;
        }
        let mut queue = self.queue();
        if queue.admits(&event.kind, self.0.sampling.refusals_per_minute) {
            queue.rows.push_back(event.row());
        } else {
            queue.dropped = queue.dropped.saturating_add(1);
        }
        // Without a runtime, the rows wait for the next event.
        if let (false, Ok(runtime)) = (queue.is_writing, Handle::try_current()) {
            queue.is_writing = true;
            let writer = Writer { trail: self.clone(), is_done: false, taken: 0 };
            runtime.spawn(self.0.tasks.track_future(writer.run()));
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that writes the queue.
struct Writer {
    trail: Trail,
    is_done: bool,
    /// Events of the batch that is being written, and those that it reports as dropped.
    taken: u64,
}

impl Writer {
    async fn run(mut self) {
        let mut has_failed = false;
        while let Some((mut rows, dropped)) = self.next(has_failed) {
            let report = (dropped > 0).then(|| {
                let context = Context::system("audit trail");
                Event::new(&context, self.trail.0.clock.now(), EventKind::EventsDropped { count: dropped })
            });
            rows.extend(report.as_ref().map(Event::row));
            let lost = rows.len() - usize::from(report.is_some());
            self.taken = dropped.saturating_add(lost as u64);
            let write = timeout(PATIENCE, self.trail.0.journal.append(rows)).await;
            let outcome = write.unwrap_or_else(|late| Err(StoreError::unavailable(late)));
            has_failed = outcome.is_err();
            let taken = std::mem::take(&mut self.taken);
            if let Err(error) = outcome {
                tracing::error!(target: "auth", %error, lost, "events are missing in the audit trail");
                let mut queue = self.trail.queue();
                queue.dropped = queue.dropped.saturating_add(taken);
            } else if let Some(report) = report.clone() {
                let sink = &self.trail.0.sink;
                if sink.wants(report.kind.name()) && timeout(PATIENCE, sink.record(report)).await.is_err() {
                    tracing::error!(target: "auth", dropped, "events are missing in the audit trail");
                }
            }
            sleep(if has_failed || report.is_some() { LONG_PAUSE } else { PAUSE }).await;
        }
    }

    /// The next batch and the number of dropped events; `None` ends the task.
    fn next(&mut self, has_failed: bool) -> Option<(Vec<AuditRow>, u64)> {
        let mut queue = self.trail.queue();
        // After a failure the report waits for the next event, so that a store that is down ends the task.
        if queue.rows.is_empty() && (queue.dropped == 0 || has_failed) {
            queue.is_writing = false;
            drop(queue);
            self.is_done = true;
            return None;
        }
        let batch = queue.rows.len().min(BATCH);
        Some((queue.rows.drain(..batch).collect(), std::mem::take(&mut queue.dropped)))
    }
}

/// The task is aborted with its runtime, or the log has panicked: the next event starts another one, which reports the batch.
impl Drop for Writer {
    fn drop(&mut self) {
        if !self.is_done {
            let mut queue = self.trail.queue();
            queue.is_writing = false;
            queue.dropped = queue.dropped.saturating_add(self.taken);
        }
    }
}

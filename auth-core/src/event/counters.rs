//! Metrics of events.

use super::{EventKind, Outcome};
use crate::base::meter::{self, Counter, Counters};

pub(super) struct EventCounters {
    events: Counters,
    logins: Counter,
    failed_logins: Counter,
    refreshes: Counter,
    replays: Counter,
}

impl EventCounters {
    pub(super) fn new() -> Self {
        let logins = |outcome: Outcome| Counter::new(meter::LOGINS, &[("outcome", outcome.name())]);
        Self {
            events: Counters::new(meter::EVENTS, ["kind", "outcome"]),
            logins: logins(Outcome::Success),
            failed_logins: logins(Outcome::Refused),
            refreshes: Counter::new(meter::REFRESHES, &[]),
            replays: Counter::new(meter::REPLAYS, &[]),
        }
    }

    pub(super) fn count(&self, kind: &EventKind) {
        match kind {
            // The guard counts its decisions itself, also those whose event is not wanted.
            EventKind::AccessGranted { .. } | EventKind::AccessRefused { .. } => return,
            EventKind::LoginSucceeded { .. } => self.logins.add(),
            EventKind::LoginFailed { .. } => self.failed_logins.add(),
            EventKind::TokenRefreshed { .. } => self.refreshes.add(),
            EventKind::RefreshReplayed { .. } => self.replays.add(),
            _ => {}
        }
        self.events.add("", kind.name(), kind.outcome().name());
    }
}

//! Metrics of decisions and rate limits.

use super::AccessError;
use crate::base::meter::{self, Counters};
use crate::policy::Declaration;

pub(crate) struct Meters {
    decisions: Counters,
    pub(super) rate_limited: Counters,
}

impl Meters {
    pub(crate) fn new() -> Self {
        meter::describe();
        Self {
            decisions: Counters::new(meter::DECISIONS, ["policy", "outcome"]),
            rate_limited: Counters::new(meter::RATE_LIMITED, ["operation", "by"]),
        }
    }

    pub(super) fn granted(&self, declared: &Declaration) {
        self.decisions.add(declared.module, declared.name, "granted");
    }

    pub(crate) fn refused(&self, declared: &Declaration, error: Option<&AccessError>) {
        let outcome = match error {
            Some(AccessError::Unavailable) => "unavailable",
            Some(AccessError::RateLimited(_)) => "rate_limited",
            _ => "refused",
        };
        self.decisions.add(declared.module, declared.name, outcome);
    }
}

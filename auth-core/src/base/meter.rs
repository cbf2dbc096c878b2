//! Counters, gauges and histograms of the `metrics` facade. Without the feature `metrics` they are empty.
//!
//! A handle is registered once, with the recorder that is installed then; its use is an atomic addition.

#[cfg(feature = "metrics")]
mod handles {
    use std::time::Duration;

    use metrics::{Key, Label, Level, Metadata, with_recorder};

    const METADATA: Metadata<'static> = Metadata::new("auth", Level::INFO, None);

    /// A label of a metric. Its values are few: names in the program's text.
    pub(crate) type Labels<'a> = &'a [(&'static str, &'a str)];

    fn key(name: &'static str, labels: Labels<'_>) -> Key {
        let label = |(key, value): &(&'static str, &str)| Label::new(*key, (*value).to_owned());
        Key::from_parts(name, labels.iter().map(label).collect::<Vec<_>>())
    }

    pub(crate) struct Counter(metrics::Counter);

    impl Counter {
        pub(crate) fn new(name: &'static str, labels: Labels<'_>) -> Self {
            Self(with_recorder(|recorder| recorder.register_counter(&key(name, labels), &METADATA)))
        }

        pub(crate) fn add(&self) {
            self.0.increment(1);
        }
    }

    pub(crate) struct Gauge(metrics::Gauge);

    impl Gauge {
        pub(crate) fn new(name: &'static str) -> Self {
            Self(with_recorder(|recorder| recorder.register_gauge(&key(name, &[]), &METADATA)))
        }

        /// Counts one more until the value is dropped.
        pub(crate) fn entered(&self) -> Entered {
            self.0.increment(1.0);
            Entered(self.0.clone())
        }
    }

    pub(crate) struct Entered(metrics::Gauge);

    impl Drop for Entered {
        fn drop(&mut self) {
            self.0.decrement(1.0);
        }
    }

    #[derive(Clone)]
    pub(crate) struct Histogram(metrics::Histogram);

    impl Histogram {
        pub(crate) fn new(name: &'static str) -> Self {
            Self(with_recorder(|recorder| recorder.register_histogram(&key(name, &[]), &METADATA)))
        }

        pub(crate) fn record(&self, span: Duration) {
            self.0.record(span.as_secs_f64());
        }
    }

    /// Describes every metric to the recorder.
    pub(crate) fn describe() {
        for (name, text) in super::COUNTERS {
            with_recorder(|recorder| recorder.describe_counter((*name).into(), None, (*text).into()));
        }
        with_recorder(|recorder| {
            recorder.describe_gauge(super::HASH_QUEUE.into(), None, super::HASH_QUEUE_TEXT.into());
            let unit = Some(metrics::Unit::Seconds);
            recorder.describe_histogram(super::HASH_SECONDS.into(), unit, super::HASH_SECONDS_TEXT.into());
        });
    }
}

#[cfg(not(feature = "metrics"))]
#[allow(clippy::unused_self, reason = "the same methods as with the feature")]
mod handles {
    use std::time::Duration;

    pub(crate) type Labels<'a> = &'a [(&'static str, &'a str)];

    pub(crate) struct Counter;

    impl Counter {
        pub(crate) const fn new(_: &'static str, _: Labels<'_>) -> Self {
            Self
        }

        pub(crate) const fn add(&self) {}
    }

    pub(crate) struct Gauge;

    impl Gauge {
        pub(crate) const fn new(_: &'static str) -> Self {
            Self
        }

        pub(crate) const fn entered(&self) -> Entered {
            Entered
        }
    }

    pub(crate) struct Entered;

    #[derive(Clone)]
    pub(crate) struct Histogram;

    impl Histogram {
        pub(crate) const fn new(_: &'static str) -> Self {
            Self
        }

        pub(crate) const fn record(&self, _: Duration) {}
    }

    pub(crate) const fn describe() {}
}

pub(crate) use handles::{Counter, Entered, Gauge, Histogram, describe};

pub(crate) const DECISIONS: &str = "auth_decisions_total";
pub(crate) const EVENTS: &str = "auth_events_total";
pub(crate) const LOGINS: &str = "auth_logins_total";
pub(crate) const REFRESHES: &str = "auth_refreshes_total";
pub(crate) const REPLAYS: &str = "auth_refresh_replays_total";
pub(crate) const RATE_LIMITED: &str = "auth_rate_limited_total";
pub(crate) const CACHE_HITS: &str = "auth_cache_hits_total";
pub(crate) const CACHE_MISSES: &str = "auth_cache_misses_total";
pub(crate) const HASH_REJECTED: &str = "auth_password_hash_rejected_total";
pub(crate) const HASH_QUEUE: &str = "auth_password_hash_queue";
pub(crate) const HASH_SECONDS: &str = "auth_password_hash_seconds";

/// The counters with their descriptions; `docs/metrics.md` has the same names.
#[cfg(feature = "metrics")]
const COUNTERS: &[(&str, &str)] = &[
    (DECISIONS, "Decisions of guards, by policy and outcome"),
    (EVENTS, "Events, by kind and outcome; without granted and refused accesses, which are decisions"),
    (LOGINS, "Logins, by outcome"),
    (REFRESHES, "Refresh tokens that were exchanged"),
    (REPLAYS, "Refresh tokens that were replayed"),
    (RATE_LIMITED, "Calls beyond a rate limit, by operation and what the limit counts by"),
    (CACHE_HITS, "Reads that a cache answered, by cache"),
    (CACHE_MISSES, "Reads that went to the store, by cache"),
    (HASH_REJECTED, "Password hashes that were refused because too many were waiting"),
];

#[cfg(feature = "metrics")]
const HASH_QUEUE_TEXT: &str = "Password hashes that are computed or wait for a thread";

#[cfg(feature = "metrics")]
const HASH_SECONDS_TEXT: &str = "Time of a password hash, without its wait";

/// Counters by names in the program's text, registered at their first use.
#[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "the variant with the feature `metrics` uses them"))]
pub(crate) struct Counters {
    name: &'static str,
    labels: [&'static str; 2],
    #[cfg(feature = "metrics")]
    table: std::sync::RwLock<std::collections::HashMap<(&'static str, &'static str, &'static str), Counter>>,
}

impl Counters {
    pub(crate) fn new(name: &'static str, labels: [&'static str; 2]) -> Self {
        Self {
            name,
            labels,
            #[cfg(feature = "metrics")]
            table: std::sync::RwLock::default(),
        }
    }

    /// Counts one. The first label is `name`, in `module` unless that is empty.
    #[cfg(feature = "metrics")]
    pub(crate) fn add(&self, module: &'static str, name: &'static str, second: &'static str) {
        let key = (module, name, second);
        // A poisoned lock costs time, not the count.
        if let Ok(table) = self.table.read()
            && let Some(counter) = table.get(&key)
        {
            return counter.add();
        }
        let first = if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") };
        let counter = Counter::new(self.name, &[(self.labels[0], &first), (self.labels[1], second)]);
        counter.add();
        if let Ok(mut table) = self.table.write() {
            table.entry(key).or_insert(counter);
        }
    }

    #[cfg(not(feature = "metrics"))]
    #[expect(clippy::unused_self, reason = "the variant with the feature `metrics` uses it")]
    pub(crate) const fn add(&self, _: &'static str, _: &'static str, _: &'static str) {}
}

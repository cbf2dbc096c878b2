//! Metrics, as Prometheus reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use auth_core::limits::{By, Limited, Quota, RateLimits};
use auth_core::prelude::*;
use auth_core::{AccountError, Registration, testing};
use auth_tests::{Client, serve};
use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};

const PASSWORD: &str = "three words and a comma";

#[derive(auth_core::Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Admin,
}

#[require_auth]
async fn guarded() {}

#[require_role(Admin)]
async fn of_admins() {}

fn is_open() -> bool {
    false
}

#[require_auth]
#[authorize(is_open())]
async fn never() {}

#[public]
#[rate_limit("1/h", by = address)]
async fn once() {}

/// Values by name and labels, as in Prometheus' text format. Of a histogram it has the count.
#[derive(Clone, Default)]
struct Recording {
    values: Arc<Mutex<BTreeMap<String, Arc<AtomicU64>>>>,
    gauges: Arc<Mutex<BTreeMap<String, Arc<AtomicU64>>>>,
    described: Arc<Mutex<BTreeSet<String>>>,
}

struct Count(Arc<AtomicU64>);

impl HistogramFn for Count {
    fn record(&self, seconds: f64) {
        assert!((0.0..60.0).contains(&seconds), "{seconds}");
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn text(key: &Key) -> String {
    let labels: Vec<_> = key.labels().map(|label| format!("{}={:?}", label.key(), label.value())).collect();
    if labels.is_empty() { key.name().to_owned() } else { format!("{}{{{}}}", key.name(), labels.join(",")) }
}

impl Recording {
    fn value(&self, name: &str) -> Option<u64> {
        self.values.lock().unwrap().get(name).map(|value| value.load(Ordering::Relaxed))
    }

    fn describe(&self, name: &KeyName) {
        self.described.lock().unwrap().insert(name.as_str().to_owned());
    }
}

impl Recorder for Recording {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&name);
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&name);
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&name);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.values.lock().unwrap().entry(text(key)).or_default().clone())
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.gauges.lock().unwrap().entry(text(key)).or_default().clone())
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let count = self.values.lock().unwrap().entry(format!("{}_count", key.name())).or_default().clone();
        Histogram::from_arc(Arc::new(Count(count)))
    }
}

/// A hash keeps its place in the queue until its caller is answered or gone.
#[tokio::test]
async fn a_hash_beyond_the_queue_is_counted() {
    let recorder = Recording::default();
    let _installed = metrics::set_default_local_recorder(&recorder);
    let auth = testing::in_memory().build().unwrap();
    let cx = &mut Context::from_waker(Waker::noop());
    let mut waiting = Vec::new();
    let refused = loop {
        let mut hash = Box::pin(auth.hash_password(PASSWORD.into(), &[]));
        match hash.as_mut().poll(cx) {
            Poll::Pending => waiting.push(hash),
            Poll::Ready(answer) => break answer.map(|_| ()),
        }
        assert!(waiting.len() < 1_000_000, "the queue has no bound");
    };
    assert_eq!(refused, Err(AccountError::Overloaded));
    assert_eq!(recorder.value("auth_password_hash_rejected_total"), Some(1));
}

/// All of one service on one thread, whose recorder is the test's.
#[tokio::test]
async fn metrics_count_what_happens_over_http() {
    let recorder = Recording::default();
    let _installed = metrics::set_default_local_recorder(&recorder);
    let limits = RateLimits::new().failures(Limited::Login, By::Account, Quota::per_minute(2));
    let auth = testing::in_memory().roles::<Role>().new_user_role(Role::User).rate_limits(limits).build().unwrap();
    assert_eq!(recorder.value("auth_logins_total{outcome=\"refused\"}"), Some(0), "registered by `build`");

    auth.register(&auth_core::Context::system("test"), Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    let routes = GuardedRouter::new().route("/", get(guarded)).route("/admins", get(of_admins));
    let routes = routes.route("/never", get(never)).route("/once", get(once)).merge(auth.routes());
    let client = Client::new(&serve(routes.with_state(auth.clone())).await);

    let ada = client.login("ada@example.com", PASSWORD).await;
    let next = client.try_refresh(&ada.refresh).await.tokens();
    client.try_refresh(&next.refresh).await.tokens();
    for (path, status) in [("/", 200), ("/", 200), ("/admins", 403), ("/never", 403), ("/once", 200), ("/once", 429)] {
        assert_eq!(client.get_as(&next.access, path).await.status, status, "{path}");
    }
    assert_eq!(client.get("/").await.status, 401);
    assert_eq!(client.try_refresh(&ada.refresh).await.status, 401, "a replay");
    for status in [401, 401, 429] {
        assert_eq!(client.try_login("bob@example.com", "another password").await.status, status);
    }
    auth.settled().await;

    for (name, expected) in [
        ("auth_decisions_total{policy=\"guards::metrics::guarded\",outcome=\"granted\"}", 2),
        ("auth_decisions_total{policy=\"guards::metrics::guarded\",outcome=\"refused\"}", 1),
        ("auth_decisions_total{policy=\"guards::metrics::of_admins\",outcome=\"refused\"}", 1),
        ("auth_decisions_total{policy=\"guards::metrics::never\",outcome=\"refused\"}", 1),
        ("auth_logins_total{outcome=\"success\"}", 1),
        ("auth_logins_total{outcome=\"refused\"}", 2),
        ("auth_refreshes_total", 2),
        ("auth_refresh_replays_total", 1),
        ("auth_rate_limited_total{operation=\"login\",by=\"account\"}", 1),
        ("auth_rate_limited_total{operation=\"once\",by=\"address\"}", 1),
        ("auth_events_total{kind=\"user_registered\",outcome=\"success\"}", 1),
        ("auth_events_total{kind=\"login_failed\",outcome=\"refused\"}", 2),
        ("auth_password_hash_rejected_total", 0),
        // The registration and three logins.
        ("auth_password_hash_seconds_count", 4),
    ] {
        let all = recorder.values.lock().unwrap().clone();
        assert_eq!(recorder.value(name), Some(expected), "{name} in {all:#?}");
    }
    let queue = recorder.gauges.lock().unwrap()["auth_password_hash_queue"].load(Ordering::Relaxed);
    assert_eq!(queue, 0.0_f64.to_bits(), "each hash has left the queue");
    assert!(recorder.value("auth_cache_hits_total{cache=\"sessions\"}") >= Some(1));
    assert!(recorder.value("auth_cache_misses_total{cache=\"subjects\"}") >= Some(1));
    let series = recorder.values.lock().unwrap().keys().cloned().collect::<String>();
    assert!(
        !series.contains("ada@")
            && !series.contains("bob@")
            && !series.contains("127.0.0.1")
            && !series.contains(PASSWORD),
        "{series}"
    );

    // The page names each of them, and no other.
    let names = |text: &'static str| text.split('`').filter(|word| word.starts_with("auth_")).collect::<BTreeSet<_>>();
    let documented = names(include_str!("../../../docs/metrics.md"));
    let described = recorder.described.lock().unwrap();
    assert_eq!(described.iter().map(String::as_str).collect::<BTreeSet<_>>(), documented);
    let dashboard = include_str!("../../../docs/dashboard.json");
    let dashboard: serde_json::Value = serde_json::from_str(dashboard).unwrap();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap();
            let name = query.split(['(', '[', '{', ' ', ')']).find(|word| word.starts_with("auth_")).unwrap();
            let name = name.trim_end_matches("_bucket").trim_end_matches("_sum").trim_end_matches("_count");
            assert!(documented.contains(name), "{query}");
        }
    }
}

//! Fan-out and counters between several nodes.

use std::time::Duration;

use auth_core::cluster::{
    Change, Count, Counters, Fanout, MemoryCounters, MemoryFanout, PostgresCounters, PostgresFanout, RedisCounters,
    RedisFanout,
};
use auth_core::store::{MemoryStore, PostgresStore};
use auth_core::token::SigningKey;
use auth_core::{Auth, SubjectId};
use auth_tests::servers::{Database, Postgres, Redis};
use tokio::time::timeout;

/// Every step takes milliseconds; the rest is for a busy machine.
const SOON: Duration = Duration::from_mins(1);

/// A subscription of one handle receives the changes published by another.
async fn receives<F: Fanout>(publisher: &F, subscriber: &F) {
    let mut subscription = subscriber.subscribe().await.unwrap();
    for _ in 0..3 {
        let changes: Vec<_> = (0..20).map(|_| Change::Subject(SubjectId::random())).collect();
        publisher.publish(&changes).await.unwrap();
        let received = timeout(SOON, subscription.next()).await.unwrap().unwrap();
        assert_eq!(received, changes);
    }
    // Silence for longer than the interval of the connection check.
    assert!(timeout(Duration::from_secs(3), subscription.next()).await.is_err(), "a silent subscription ended");
    publisher.publish(&[Change::Subject(SubjectId::random())]).await.unwrap();
    timeout(SOON, subscription.next()).await.unwrap().unwrap();
}

/// A subscription ends with its server, and a new one receives changes once the server is back.
async fn ends_with_its_server<F: Fanout>(fanout: &F, stop: impl FnOnce(), start: impl FnOnce()) {
    let mut subscription = fanout.subscribe().await.unwrap();
    fanout.publish(&[Change::Subject(SubjectId::random())]).await.unwrap();
    timeout(SOON, subscription.next()).await.unwrap().unwrap();
    stop();
    timeout(SOON, subscription.next()).await.expect("the end shows by itself").unwrap_err();
    fanout.publish(&[Change::Subject(SubjectId::random())]).await.unwrap_err();
    start();
    let healed = async {
        loop {
            if let Ok(mut subscription) = fanout.subscribe().await
                && fanout.publish(&[Change::Subject(SubjectId::random())]).await.is_ok()
            {
                return subscription.next().await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(SOON, healed).await.expect("it heals by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_carries_changes() {
    let Some(url) = Redis::shared("fan-out by Redis") else { return };
    let namespace = SubjectId::random().to_string();
    let [one, other] = [(); 2].map(|()| RedisFanout::new(&url, &namespace).unwrap());
    receives(&one, &other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_carries_changes() {
    let Some(database) = Database::create("fan-out by PostgreSQL").await else { return };
    let one = PostgresFanout::new(&PostgresStore::open(&database.url()).await.unwrap());
    let other = PostgresFanout::new(&PostgresStore::open(&database.url()).await.unwrap());
    receives(&one, &other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_ends_with_its_redis() {
    let Some(mut server) = Redis::start("fan-out by a Redis that goes away") else { return };
    let fanout = RedisFanout::new(&server.url(), "faults").unwrap();
    let server = std::cell::RefCell::new(&mut server);
    ends_with_its_server(&fanout, || server.borrow_mut().stop(), || server.borrow_mut().start_again()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_ends_with_its_postgres() {
    let Some(mut server) = Postgres::start("fan-out by a PostgreSQL that goes away") else { return };
    let store = PostgresStore::open(&server.url("postgres")).await.unwrap();
    let fanout = PostgresFanout::new(&store);
    let server = std::cell::RefCell::new(&mut server);
    ends_with_its_server(&fanout, || server.borrow_mut().stop(), || server.borrow_mut().start_again()).await;
}

#[test]
fn a_fanout_outside_a_runtime_is_refused() {
    let key = SigningKey::hs256(&"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into()).unwrap();
    let builder = Auth::builder(key, "https://issuer.example.com", "cluster").store(MemoryStore::new());
    let error = builder.fanout(MemoryFanout::new()).build().unwrap_err();
    assert!(error.to_string().contains("within one"), "{error}");
}

async fn count<C: Counters + Clone>(counters: C) {
    // A window that outlasts the test, and a short one.
    let (window, short) = (Duration::from_hours(1), Duration::from_millis(100));
    let key = SubjectId::random().to_string();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (counters, key) = (counters.clone(), key.clone());
        calls.spawn(async move { counters.add(&key, 2, window).await.unwrap().value });
    }
    let mut values = calls.join_all().await;
    values.sort_unstable();
    assert_eq!(values, (1..=50).map(|n| n * 2).collect::<Vec<u64>>(), "an addition was lost or doubled");
    assert_eq!(counters.add("another", 1, window).await.unwrap().value, 1);
    assert_eq!(counters.add("another", 0, window).await.unwrap().value, 1);
    let looked = counters.add("looked at", 0, window * 100).await.unwrap();
    assert_eq!(looked, Count { value: 0, expires_in: window * 100 });
    let first = counters.add("looked at", 1, window).await.unwrap();
    assert!(first.value == 1 && first.expires_in <= window, "a look has made a counter: {first:?}");
    let Count { expires_in, .. } = counters.add(&key, 1, window * 100).await.unwrap();
    assert!(expires_in <= window, "an addition moved the end on");
    counters.take_back("another", 1).await.unwrap();
    assert_eq!(counters.add("another", 3, window).await.unwrap().value, 3);
    counters.take_back("another", 5).await.unwrap();
    counters.take_back("missing", 1).await.unwrap();
    for name in ["another", "missing"] {
        let Count { value, expires_in } = counters.add(name, 1, window).await.unwrap();
        assert!(value == 1 && expires_in <= window, "{name}: {value}, {expires_in:?}");
    }
    assert_eq!(counters.add("no end", 1, Duration::MAX).await.unwrap().value, 1);
    assert_eq!(counters.add("short", 7, short).await.unwrap().value, 7);
    let begins_again = async { while counters.add("short", 1, short).await.unwrap().value != 1 {} };
    timeout(SOON, begins_again).await.expect("a counter ends with its window");
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_in_memory_count_and_expire() {
    count(MemoryCounters::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_in_redis_count_and_expire() {
    let Some(url) = Redis::shared("counters in Redis") else { return };
    count(RedisCounters::new(&url, &SubjectId::random().to_string()).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_in_postgres_count_and_expire() {
    let Some(database) = Database::create("counters in PostgreSQL").await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let counters = PostgresCounters::new(&store);
    count(counters.clone()).await;
    // Expired counters are removed by later additions, some at a time.
    for n in 0..100 {
        counters.add(&format!("old {n}"), 1, Duration::from_millis(1)).await.unwrap();
    }
    let swept = async {
        loop {
            counters.add("new", 1, Duration::from_hours(1)).await.unwrap();
            let old = "SELECT count(*) FROM auth_core.counters WHERE key LIKE 'old %'";
            let left: i64 = sqlx::query_scalar(old).fetch_one(store.pool()).await.unwrap();
            if left == 0 {
                break;
            }
        }
    };
    timeout(SOON, swept).await.expect("expired counters are removed");
    assert_eq!(counters.add("absent", 0, Duration::from_hours(1)).await.unwrap().value, 0);
}

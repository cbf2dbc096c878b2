//! Limits that nodes count together, by each kind of counters.

use auth_core::cluster::{Counters, MemoryCounters, PostgresCounters, RedisCounters};
use auth_core::limits::{By, Limited, Quota, RateLimits};
use auth_core::prelude::*;
use auth_core::store::{MemoryStore, PostgresStore};
use auth_core::testing::in_memory;
use auth_core::{AccountError, Context, Login, Registration};
use auth_tests::servers::{Database, Redis};
use auth_tests::{Client, serve};

const ADA: &str = "ada@example.com";
const PASSWORD: &str = "correct staple in a battery";

async fn login(node: &Auth, address: &str, password: &str) -> Result<(), AccountError> {
    let context = Context::system("test").address(address.parse().unwrap());
    node.login(&context, Login::new(ADA, password)).await.map(|_| ())
}

fn limited_by(outcome: &Result<(), AccountError>) -> By {
    let Err(AccountError::RateLimited(used_up)) = outcome else { panic!("{outcome:?}") };
    used_up.by
}

async fn a_known_device_has_one_limit_at_all_nodes<C: Counters + Clone>(counters: C) {
    // They do not refill during the test.
    let [of_account, of_device] = ["2/d", "3/d"].map(|quota| quota.parse::<Quota>().unwrap());
    let limits = RateLimits::off().failures(Limited::Login, By::Account, of_account);
    let limits = limits.failures(Limited::Login, By::Device, of_device);
    let store = MemoryStore::new();
    let node = || in_memory().store(store.clone()).rate_limits(limits.clone()).shared_limits(counters.clone()).build();
    let (one, other) = (node().unwrap(), node().unwrap());
    one.register(&Context::system("test"), Registration::new(ADA, PASSWORD)).await.unwrap();
    let (home, office, elsewhere) = ("192.0.2.7", "198.51.100.7", "203.0.113.10");
    for known in [home, office] {
        login(&one, known, PASSWORD).await.unwrap();
    }
    for node in [&one, &other] {
        assert_eq!(login(node, elsewhere, "a guess of the password").await, Err(AccountError::InvalidCredentials));
    }
    for node in [&one, &other] {
        assert_eq!(limited_by(&login(node, elsewhere, PASSWORD).await), By::Account);
        login(node, home, PASSWORD).await.unwrap();
    }
    for node in [&one, &other, &one] {
        assert_eq!(login(node, home, "a guess of the password").await, Err(AccountError::InvalidCredentials));
    }
    for node in [&one, &other] {
        assert_eq!(limited_by(&login(node, home, PASSWORD).await), By::Device);
        login(node, office, PASSWORD).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_at_all_nodes_have_one_limit() {
    for by in [By::Address, By::Account, By::Global] {
        let counters = MemoryCounters::new();
        let limits = RateLimits::off().attempts(Limited::Registration, by, "2/d".parse().unwrap());
        let node = || in_memory().rate_limits(limits.clone()).shared_limits(counters.clone()).build().unwrap();
        let (one, other) = (node(), node());
        let register = async |node: &Auth| {
            let context = Context::system("test").address("203.0.113.10".parse().unwrap());
            node.register(&context, Registration::new(ADA, "short")).await.map(|_| ())
        };
        for node in [&one, &other] {
            assert!(matches!(register(node).await, Err(AccountError::WeakPassword(_))), "{by:?}");
        }
        for node in [&one, &other] {
            assert_eq!(limited_by(&register(node).await), by);
        }
    }
}

#[public]
#[rate_limit("2/d", by = address)]
async fn search() {}

#[public]
#[rate_limit("2/d", by = address)]
async fn export() {}

async fn a_handler_has_one_limit_at_all_nodes<C: Counters + Clone>(counters: C) {
    let node = async || {
        let auth = in_memory().shared_limits(counters.clone()).build().unwrap();
        let routes = GuardedRouter::new().route("/search", get(search)).route("/export", get(export));
        Client::new(&serve(routes.with_state(auth)).await)
    };
    let (one, other) = (node().await, node().await);
    for node in [&one, &other] {
        assert_eq!(node.get("/search").await.status, 200);
    }
    for node in [&one, &other] {
        assert!(node.get("/search").await.is_problem(429).header("retry-after").is_some());
    }
    for node in [&other, &one] {
        assert_eq!(node.get("/export").await.status, 200, "the limit of another handler");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_device_has_one_limit_by_counters_in_memory() {
    a_known_device_has_one_limit_at_all_nodes(MemoryCounters::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_has_one_limit_by_counters_in_memory() {
    a_handler_has_one_limit_at_all_nodes(MemoryCounters::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_has_one_limit_by_counters_in_redis() {
    let Some(url) = Redis::shared("limits of handlers in Redis") else { return };
    let counters = RedisCounters::new(&url, &SubjectId::random().to_string()).unwrap();
    a_handler_has_one_limit_at_all_nodes(counters).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_device_has_one_limit_by_counters_in_redis() {
    let Some(url) = Redis::shared("limits of known devices in Redis") else { return };
    let counters = RedisCounters::new(&url, &SubjectId::random().to_string()).unwrap();
    a_known_device_has_one_limit_at_all_nodes(counters).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_device_has_one_limit_by_counters_in_postgres() {
    let Some(database) = Database::create("limits of known devices in PostgreSQL").await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    a_known_device_has_one_limit_at_all_nodes(PostgresCounters::new(&store)).await;
}

//! Whether the time of an answer tells which accounts exist: interleaved requests, compared by rank.

use std::time::Duration;

use auth_core::limits::RateLimits;
use auth_core::password::PasswordHash;
use auth_core::prelude::*;
use auth_core::recovery::{Delivery, DeliveryError, Message};
use auth_core::store::{AccountPatch, Audit, NewUser, SqliteStore, UserDirectory as _, UserRegistry as _};
use auth_core::{AuthBuilder, Context, Registration, testing};
use auth_tests::{Client, serve};
use serde_json::json;
use tokio::time::Instant;

const ROUNDS: usize = 200;
const PASSWORD: &str = "three words and a comma";

/// A difference of ranks that is due to chance in one of a million runs.
const CRITICAL: f64 = 4.9;

struct Nowhere;

#[async_trait::async_trait]
impl Delivery for Nowhere {
    async fn send(&self, _: Message) -> Result<(), DeliveryError> {
        Ok(())
    }
}

async fn service(folder: &tempfile::TempDir, set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> (Auth, Client) {
    let url = format!("sqlite://{}", folder.path().join("timing.db").display());
    let store = SqliteStore::open(&url).await.unwrap();
    let auth = set(testing::in_memory().store(store.clone()).delivery(Nowhere)).build().unwrap();
    let system = Context::system("timing");
    for name in ["ada", "inactive"] {
        let user = Registration::new(format!("{name}@example.com"), PASSWORD);
        let Ok((id, _)) = auth.register(&system, user).await else { continue };
        if name == "inactive" {
            let patch = AccountPatch { active: Some(false), ..AccountPatch::default() };
            store.update(&id, patch, Audit::none()).await.unwrap();
        }
    }
    let unreadable = NewUser::new("unreadable@example.com".parse().unwrap(), PasswordHash::from_stored("no hash"));
    let _ = store.create(unreadable, Audit::none()).await.unwrap();
    auth.settled().await;
    let app = GuardedRouter::new().merge(auth.routes()).with_state(auth.clone());
    (auth, Client::new(&serve(app).await))
}

/// The standard score of the Mann-Whitney U test: 0 for samples of one distribution.
fn score(first: &[f64], second: &[f64]) -> f64 {
    let count = |sample: &[f64]| f64::from(u32::try_from(sample.len()).unwrap());
    let (m, n) = (count(first), count(second));
    let less = |a: &f64, b: &f64| {
        if a < b {
            1.0
        } else if a > b {
            0.0
        } else {
            0.5
        }
    };
    let u: f64 = first.iter().flat_map(|a| second.iter().map(move |b| less(a, b))).sum();
    (u - m * n / 2.0) / (m * n * (m + n + 1.0) / 12.0).sqrt()
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Measures the requests in turn, in another order each round, and compares each with the first. What `auth` does after the
/// answer is awaited between them, and not measured. A request about an account of its own comes before each, so that none
/// finds the machine as another case has left it: a write to the disk slows the next request down.
async fn compare(auth: &Auth, title: &str, cases: &[&str], request: impl AsyncFn(&str, usize)) -> bool {
    let mut times = vec![Vec::new(); cases.len()];
    for round in 0..ROUNDS {
        for step in 0..cases.len() {
            let case = (step * (1 + round % (cases.len().max(2) - 1)) + round) % cases.len();
            request("before", round).await;
            auth.settled().await;
            let began = Instant::now();
            request(cases[case], round).await;
            times[case].push(began.elapsed().as_secs_f64() * 1_000.0);
            auth.settled().await;
        }
    }
    let mut is_alike = true;
    for (case, measured) in cases.iter().zip(&times) {
        let z = score(&times[0], measured);
        is_alike &= z.abs() < CRITICAL;
        println!("| {title} | {case} | {} | {:.3} | {z:+.2} |", measured.len(), median(measured));
    }
    is_alike
}

pub(crate) async fn print() {
    let folder = tempfile::tempdir().unwrap();
    println!("| request | account | n | median, ms | z |\n| --- | --- | --- | --- | --- |");
    let off = |builder: AuthBuilder| builder.rate_limits(RateLimits::off()).private_registration();
    let (auth, client) = service(&folder, off).await;
    let mut is_alike = compare(&auth, "login", &["ada", "unknown", "inactive", "unreadable"], async |name, _| {
        let answer = client.try_login(&format!("{name}@example.com"), "another three words").await;
        assert_eq!(answer.status, 401);
    })
    .await;
    for path in ["/auth/password/forgot", "/auth/magic-link"] {
        is_alike &= compare(&auth, path, &["ada", "unknown", "inactive"], async |name, _| {
            let body = json!({ "email": format!("{name}@example.com") });
            assert_eq!(client.post_json(path, &body).await.status, 202);
        })
        .await;
    }
    is_alike &= compare(&auth, "/auth/register", &["ada", "new"], async |name, round| {
        let name = if name == "new" { format!("new{round}") } else { name.to_owned() };
        let body = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
        assert_eq!(client.post_json("/auth/register", &body).await.status, 202);
    })
    .await;
    let (auth, client) = service(&folder, |builder| builder).await;
    for name in ["ada", "unknown"] {
        while client.try_login(&format!("{name}@example.com"), "another three words").await.status != 429 {}
    }
    is_alike &= compare(&auth, "login, limited", &["ada", "unknown"], async |name, _| {
        while client.try_login(&format!("{name}@example.com"), "another three words").await.status != 429 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    assert!(is_alike, "a time tells accounts apart: a score is beyond {CRITICAL}");
}

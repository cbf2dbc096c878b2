//! The time of guarded requests while clients flood the login.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD, Client};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::fleet;

const CONNECTIONS: usize = 64;
const READERS: usize = 4;
const MEASURED: Duration = Duration::from_secs(10);

/// The median and the 99th percentile of guarded requests, in milliseconds, and their number.
async fn guarded(client: &Client, token: &str) -> (f64, f64, usize) {
    let mut readers = JoinSet::new();
    for _ in 0..READERS {
        let (client, token) = (client.clone(), token.to_owned());
        readers.spawn(async move {
            let (end, mut times) = (Instant::now() + MEASURED, Vec::new());
            while Instant::now() < end {
                let began = Instant::now();
                assert_eq!(client.get_as(&token, "/users/me").await.status, 200);
                times.push(began.elapsed().as_secs_f64() * 1_000.0);
            }
            times
        });
    }
    let mut times = readers.join_all().await.concat();
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() * 99 / 100], times.len())
}

pub(crate) async fn print() {
    let node = fleet::start_on_a_file();
    let client = node.client();
    let token = client.admin().await.access;
    let quiet = guarded(&client, &token).await;
    let (stop, logins) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut flood = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (client, stop, logins) = (node.client(), Arc::clone(&stop), Arc::clone(&logins));
        flood.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let answer = client.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
                logins.fetch_add(usize::from(answer.status == 200), Ordering::Relaxed);
            }
        });
    }
    let flooded = guarded(&client, &token).await;
    stop.store(true, Ordering::Relaxed);
    let logins = logins.load(Ordering::Relaxed) as u64 / MEASURED.as_secs();
    flood.join_all().await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.id())).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim();
    println!("| | median, ms | p99, ms | requests |");
    println!("| --- | --- | --- | --- |");
    println!("| quiet | {:.2} | {:.2} | {} |", quiet.0, quiet.1, quiet.2);
    println!("| {CONNECTIONS} connections that log in | {:.2} | {:.2} | {} |", flooded.0, flooded.1, flooded.2);
    println!("p99 {:.2} times; {logins} logins a second; peak memory {peak}", flooded.1 / quiet.1);
}

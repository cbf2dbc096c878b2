//! A flood of spoofed addresses, random names and huge headers: memory is bounded, and limits hold.
//!
//! `REQUESTS=1000000 AUTH_CORE_TEST_UTIL=release cargo test --release -p auth-tests --test http flood` sends more of them.

use auth_tests::{Answer, Client, Node};
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::{NODE, PASSWORD};

const REQUESTS: u64 = 4_000;
const CALLERS: u64 = 8;

/// Of a header with random text: what keeps that of every other request takes 40 MB.
const HEADER: usize = 28_000;

/// Less than half of that, and more than the tables of limits and the caches take while they fill.
const GROWTH_KIB: u64 = 16 * 1024;

/// An address that no other request has, by the last proxy's word and by another one's.
fn forwarded(n: u64) -> String {
    if n.is_multiple_of(2) {
        format!("192.0.2.1, {}", std::net::Ipv4Addr::from_bits(0x0B00_0000 + u32::try_from(n).unwrap()))
    } else {
        format!("2001:db8:{:x}:{:x}::1", n >> 16, n & 0xFFFF)
    }
}

/// 43 characters that no other request has.
fn random(n: u64) -> String {
    format!("{:043x}", u128::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835))
}

async fn spoofed(client: &Client, n: u64) -> Answer {
    let name = random(n);
    let request = match n % 4 {
        0 => client.request(Method::GET, "/users/me").bearer_auth(&name),
        1 => client.request(Method::GET, "/reports").header("x-api-key", &name),
        2 => client.request(Method::POST, "/auth/refresh").form(&[("refresh_token", format!("rt_{name}"))]),
        // Refused after its limits and before its hash.
        _ => {
            let body = json!({ "email": format!("{name}@{name}.example"), "password": "weak" });
            client.request(Method::POST, "/auth/register").json(&body)
        }
    };
    let agent = format!("{name}{}", "a".repeat(HEADER));
    let request = request.header("user-agent", agent).header("x-request-id", &name);
    client.send(request.header("x-forwarded-for", forwarded(n))).await
}

async fn flood(client: &Client, requests: std::ops::Range<u64>) {
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (client, requests) = (client.clone(), requests.clone());
        callers.spawn(async move {
            for n in requests.skip(usize::try_from(caller).unwrap()).step_by(usize::try_from(CALLERS).unwrap()) {
                let answer = spoofed(&client, n).await;
                assert!([401, 422].contains(&answer.status.as_u16()), "{n}: {}", answer.text);
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
}

/// `None` where the system does not tell.
fn resident_kib(node: &Node) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn spoofed_addresses_random_names_and_huge_headers_take_no_memory_and_end_no_limit() {
    let requests = std::env::var("REQUESTS").map_or(REQUESTS, |requests| requests.parse().unwrap());
    // Quotas that do not refill during the test; those of all clients together are not what it is about.
    let limits = "login failures account 2/d, login failures address 3/d, registration attempts global off";
    let node = Node::start_with(NODE, &[("AUTH_TRUSTED_PROXIES", "127.0.0.1"), ("AUTH_RATE_LIMIT", limits)]);
    let client = node.client();
    let guess = async |name: &str, address: &str| {
        let form = [("username", name), ("password", PASSWORD)];
        let request = client.request(Method::POST, "/auth/login").header("x-forwarded-for", address);
        client.send(request.form(&form)).await.status.as_u16()
    };
    for status in [401, 401, 429] {
        assert_eq!(guess("ada@example.com", "198.51.100.1").await, status);
    }
    for (name, status) in [("bob@example.com", 401), ("cyd@example.com", 401), ("dan@example.com", 401)] {
        assert_eq!(guess(name, "198.51.100.2").await, status);
    }
    flood(&client, 0..requests / 4).await;
    let before = resident_kib(&node);
    flood(&client, requests / 4..requests).await;
    if let (Some(before), Some(after)) = (before, resident_kib(&node)) {
        assert!(after.saturating_sub(before) < GROWTH_KIB, "from {before} KiB to {after} KiB");
    }
    assert_eq!(guess("ada@example.com", "198.51.100.9").await, 429, "the limit of the account");
    assert_eq!(guess("eve@example.com", "198.51.100.2").await, 429, "the limit of the address");
    assert_eq!(client.get("/health").await.status, 200);
    let log = std::fs::read_to_string(node.path("log")).unwrap();
    assert!(!log.contains("panicked"), "{log}");
}

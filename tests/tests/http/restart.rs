//! A node that is killed, and one that is stopped.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;

use auth_tests::{ADMIN_EMAIL, Node};
use reqwest::Method;
use serde_json::json;

use crate::{INVALID_TOKEN, NODE, PASSWORD, node};

#[tokio::test]
async fn a_killed_node_loses_nothing() {
    // A refresh is retried after the restart, which takes a while on a busy machine.
    let node = Node::start_with(NODE, &[("AUTH_REFRESH_LEEWAY", "5m")]);
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let ada = client.login("ada@example.com", PASSWORD).await;
    let ended = client.login("ada@example.com", PASSWORD).await;
    client.call_as(&ended.access, Method::POST, "/auth/logout").await;
    let admin = client.admin().await;
    let body = json!({ "name": "reports", "scopes": ["reports:read"] });
    let key = client.json_as(&admin.access, Method::POST, "/auth/api-keys", &body).await.json();
    let key = key["key"].as_str().unwrap();
    let successor = client.try_refresh(&ada.refresh).await.tokens();

    // The issuer defaults to the address, which changes with a restart on a free port, so it is set.
    let node = node.kill_and_restart(NODE);
    let client = node.client();
    assert_eq!(client.get_as(key, "/reports").await.status, 200);
    assert_eq!(client.try_refresh(&ada.refresh).await.tokens().refresh, successor.refresh);
    let next = client.try_refresh(&successor.refresh).await.tokens();
    assert_eq!(client.get_as(&next.access, "/users/me").await.json()["email"], "ada@example.com");
    client.try_refresh(&ended.refresh).await.is_problem(401);
    client.get_as(&ended.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
    assert_eq!(client.get_as(&client.admin().await.access, "/users/me").await.json()["email"], ADMIN_EMAIL);
}

#[tokio::test]
async fn access_tokens_stay_valid_over_a_restart() {
    let node = Node::start_with(NODE, &[("AUTH_ISSUER", "https://auth.example")]);
    let admin = node.client().admin().await;
    let node = node.kill_and_restart(NODE);
    assert_eq!(node.client().get_as(&admin.access, "/users/me").await.status, 200);
}

#[tokio::test]
async fn a_stopped_node_exits_cleanly() {
    let mut node = node();
    let client = node.client();
    client.admin().await;
    assert!(node.stop().success());
    // The write-ahead log is merged into the file.
    assert!(!node.path("quickstart.db-wal").exists());
}

#[test]
fn an_unfinished_request_does_not_keep_a_node_from_stopping() {
    let mut node = node();
    let address = node.base().strip_prefix("http://").unwrap().to_owned();
    let mut stuck = TcpStream::connect(address).unwrap();
    let head = "POST /auth/login HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                content-length: 100\r\nexpect: 100-continue\r\n\r\n";
    stuck.write_all(head.as_bytes()).unwrap();
    // The node asks for the body once the handler reads it, so the request is in flight when the signal arrives.
    let mut answer = [0; 12];
    stuck.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100");
    let (ended, end) = mpsc::channel();
    let stopping = std::thread::spawn(move || ended.send(node.stop().success()));
    // Far longer than a node's shutdown timeout; without that protection this would never return.
    let success = end.recv_timeout(Duration::from_secs(90));
    drop(stuck);
    let _ = stopping.join();
    assert_eq!(success, Ok(true));
}

#[tokio::test]
async fn the_first_admin_is_created_once() {
    let node = Node::start_with(NODE, &[("ADMIN_PASSWORD", "")]);
    let line = node.printed().iter().find(|line| line.starts_with("admin ")).expect("no admin was printed");
    let password = line.split_once("password ").unwrap().1.split(' ').next().unwrap().to_owned();
    node.client().login(ADMIN_EMAIL, &password).await;
    let node = node.kill_and_restart(NODE);
    assert!(!node.printed().iter().any(|line| line.contains("password")), "{:?}", node.printed());
    node.client().login(ADMIN_EMAIL, &password).await;
}

#[tokio::test]
async fn a_generated_secret_is_kept_private_and_used_again() {
    use std::os::unix::fs::PermissionsExt as _;
    let node = Node::start_with(NODE, &[("AUTH_SECRET", ""), ("AUTH_ISSUER", "https://auth.example")]);
    let admin = node.client().admin().await;
    let secret = node.path("quickstart.db.secret");
    assert_eq!(std::fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
    let node = node.kill_and_restart(NODE);
    assert_eq!(node.client().get_as(&admin.access, "/users/me").await.status, 200);
}

//! The quickstart's metrics for Prometheus, on a listener of their own.

use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD, Client, Node};

use crate::NODE;

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_served_on_a_listener_of_their_own() {
    let node = Node::start_with(NODE, &[("METRICS_BIND", "127.0.0.1:0")]);
    let (client, found) = (node.client(), |line: &String| line.strip_prefix("metrics at ").map(str::to_owned));
    let address = node.printed().iter().find_map(found).expect("the address of the metrics");
    let metrics = Client::new(address.strip_suffix("/metrics").expect("their path"));

    client.get("/users/me").await.is_problem(401);
    client.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let answer = metrics.get("/metrics").await;
    assert_eq!(answer.status, 200);
    for line in [
        r#"auth_decisions_total{policy="quickstart::users::me",outcome="refused"} 1"#,
        r#"auth_logins_total{outcome="success"} 1"#,
        "# TYPE auth_password_hash_seconds histogram",
        r#"auth_password_hash_seconds_bucket{le="+Inf"}"#,
    ] {
        assert!(answer.text.contains(line), "{line}\n{}", answer.text);
    }
    assert!(!answer.text.contains(ADMIN_EMAIL), "{}", answer.text);
    // Neither listener answers for the other.
    assert_eq!(client.get("/metrics").await.status, 404);
    assert_eq!(metrics.get("/users/me").await.status, 404);
}

#[test]
fn an_address_that_is_taken_stops_the_start() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = Node::refuse_to_start(NODE, &[("METRICS_BIND", &address)]);
    let printed = String::from_utf8(output.stderr).unwrap();
    assert!(printed.contains(&format!("METRICS_BIND: cannot listen on {address}: ")), "{printed}");
}

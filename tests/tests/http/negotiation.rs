//! What a client accepts (RFC 9110 section 12.5).

use auth_tests::{Answer, Client};
use reqwest::Method;

use crate::node;

async fn accepting(client: &Client, token: &str, path: &str, header: &str, value: &str) -> Answer {
    client.send(client.request(Method::GET, path).bearer_auth(token).header(header, value)).await
}

#[tokio::test]
async fn rfc9110_s12_5_1_lists_and_pages_have_the_type_that_the_client_prefers() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (json, lines, html) = ("application/json", "application/x-ndjson", "text/html; charset=utf-8");
    for (path, accept, kind) in [
        ("/auth/events", "application/x-ndjson", lines),
        ("/auth/events", "Application/X-NDJSON", lines),
        ("/auth/events", "application/x-ndjson;q=0, application/json", json),
        ("/auth/events", "application/x-ndjson;q=0.5, application/json", json),
        ("/auth/events", "application/json;q=0.5, application/x-ndjson", lines),
        ("/auth/events", "*/*", json),
        ("/auth/events/mine", "application/x-ndjson", lines),
        ("/auth/events/mine", "*/*", json),
        ("/policy", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", html),
        ("/policy", "TEXT/HTML", html),
        ("/policy", "application/json;q=0.9, text/html", html),
        ("/policy", "text/html;q=0", json),
        ("/policy", "text/html;q=0.5, application/json", json),
        ("/policy", "*/*", json),
    ] {
        let answer = accepting(&client, &admin.access, path, "accept", accept).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some(kind)), "{path} {accept}");
        assert_eq!(answer.header("vary").map(str::to_ascii_lowercase).as_deref(), Some("accept"), "{path} {accept}");
    }
    // Lines have no pages, and the subject is the caller.
    let mine = accepting(&client, &admin.access, "/auth/events/mine", "accept", lines).await;
    let page = client.get_as(&admin.access, "/auth/events/mine?kind=login_succeeded").await.json();
    assert!(mine.text.lines().count() >= page["events"].as_array().unwrap().len(), "{}", mine.text);
    accepting(&client, &admin.access, "/auth/events/mine?limit=1", "accept", lines).await.is_problem(400);
    accepting(&client, &admin.access, "/auth/events/mine?subject=x", "accept", lines).await.is_problem(400);
}

#[tokio::test]
async fn rfc9110_s12_5_3_a_file_that_is_compressed_is_not_for_clients_that_refuse_it() {
    let node = node();
    let client = node.client();
    let path = "/docs/swagger-ui.css";
    for accepted in ["gzip", "br, gzip;q=0.1", "*"] {
        let answer = client.send(client.request(Method::GET, path).header("accept-encoding", accepted)).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-encoding")), (200, Some("gzip")), "{accepted}");
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
    }
    for refused in ["identity", "gzip;q=0", "br"] {
        let answer = client.send(client.request(Method::GET, path).header("accept-encoding", refused)).await;
        answer.is_problem(406);
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"), "{refused}");
    }
}

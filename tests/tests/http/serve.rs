//! The server: clients that send half a request, or read half a response.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;

use auth_core::http::Json;
use auth_core::prelude::*;
use auth_core::{Serve, serve, testing};
use auth_tests::Node;
use axum::Extension;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use crate::{NODE, node};

const SHORT: Duration = Duration::from_millis(50);
/// Longer than any test: what ends earlier was not ended by it.
const LONG: Duration = Duration::MAX;
const HALF_HEAD: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nX-";
const HALF_BODY: &[u8] =
    b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n\"half";

#[public]
async fn hello() -> &'static str {
    "hello"
}

#[public]
async fn echo(Json(text): Json<String>) -> String {
    text
}

#[public]
async fn large() -> Vec<u8> {
    vec![b'a'; 64 << 20]
}

/// Says that it has begun, and goes on when it may.
#[public]
async fn hold(Extension(held): Extension<Arc<[Notify; 2]>>) -> &'static str {
    held[0].notify_one();
    held[1].notified().await;
    "released"
}

struct Server {
    address: String,
    held: Arc<[Notify; 2]>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// A server whose time-outs are long, but for those that `set` sets.
    async fn start(set: impl FnOnce(Serve) -> Serve) -> Self {
        let held = Arc::new([Notify::new(), Notify::new()]);
        let auth = testing::in_memory().build().unwrap();
        let routes = GuardedRouter::new()
            .route("/", get(hello))
            .route("/echo", post(echo))
            .route("/large", get(large))
            .route("/held", get(hold));
        let app = routes.with_state(auth).layer(Extension(held.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel();
        let server =
            serve(listener, app).idle_timeout(LONG).head_timeout(LONG).body_timeout(LONG).response_timeout(LONG);
        let server = set(server.shutdown_timeout(LONG)).with_graceful_shutdown(async { drop(stopped.await) });
        Self { address, held, stop, task: tokio::spawn(async { server.await }) }
    }

    async fn send(&self, request: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        stream
    }
}

/// What would wait for ever fails.
async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("it ends in time")
}

/// Everything until the server closes the connection.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    in_time(stream.read_to_end(&mut text)).await.unwrap();
    String::from_utf8(text).unwrap()
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_half_sent_head_is_closed() {
    let server = Server::start(|server| server.head_timeout(SHORT)).await;
    assert_eq!(rest(server.send(HALF_HEAD).await).await, "");
    let mut kept_alive = server.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut response = Vec::new();
    while !response.ends_with(b"hello") {
        kept_alive.read_buf(&mut response).await.unwrap();
    }
    kept_alive.write_all(HALF_HEAD).await.unwrap();
    assert_eq!(rest(kept_alive).await, "");
}

#[tokio::test]
async fn an_idle_connection_is_closed_before_and_after_a_request() {
    let server = Server::start(|server| server.idle_timeout(SHORT)).await;
    assert_eq!(rest(server.send(b"").await).await, "");
    let text = rest(server.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await).await;
    assert!(text.starts_with("HTTP/1.1 200 ") && text.ends_with("hello"), "{text}");
}

#[tokio::test]
async fn a_half_sent_body_is_408_and_closed() {
    let server = Server::start(|server| server.body_timeout(SHORT)).await;
    let text = rest(server.send(HALF_BODY).await).await;
    assert!(text.starts_with("HTTP/1.1 408 ") && text.contains("application/problem+json"), "{text}");
}

#[tokio::test]
async fn a_body_that_drips_is_408_and_closed() {
    let server = Server::start(|server| server.body_timeout(Duration::from_millis(200))).await;
    let (mut reading, mut writing) = server.send(HALF_BODY).await.into_split();
    let drip = async {
        let mut interval = tokio::time::interval(Duration::from_millis(20));
        while writing.write_all(b"x").await.is_ok() {
            interval.tick().await;
        }
        std::future::pending::<()>().await;
    };
    let mut status = [0; 12];
    tokio::select! {
        () = drip => {}
        read = in_time(reading.read_exact(&mut status)) => drop(read.unwrap()),
    }
    assert_eq!(&status, b"HTTP/1.1 408");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected() {
    let server = Server::start(|server| server.response_timeout(SHORT)).await;
    let mut stream = server.send(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").await;
    stream.read_exact(&mut [0; 1]).await.unwrap();
    server.stop.send(()).unwrap();
    // It ends when the connection does.
    in_time(server.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn connections_that_wait_for_their_client_make_room_and_requests_in_flight_do_not() {
    let server = Server::start(|server| server.max_connections(3)).await;
    let in_flight = server.send(b"GET /held HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    server.held[0].notified().await;
    let mut half_sent = Vec::new();
    for _ in 0..3 {
        for request in [HALF_HEAD, HALF_BODY, b""] {
            half_sent.push(server.send(request).await);
        }
        assert!(rest(server.send(GET).await).await.starts_with("HTTP/1.1 200 "));
    }
    server.held[1].notify_one();
    assert!(rest(in_flight).await.ends_with("released"));
}

#[tokio::test]
async fn a_stop_finishes_requests_in_flight_and_closes_idle_connections() {
    let server = Server::start(|server| server).await;
    let idle = server.send(b"").await;
    let in_flight = server.send(b"GET /held HTTP/1.1\r\nHost: a\r\n\r\n").await;
    server.held[0].notified().await;
    server.stop.send(()).unwrap();
    assert_eq!(rest(idle).await, "");
    server.held[1].notify_one();
    assert!(rest(in_flight).await.ends_with("released"));
    in_time(server.task).await.unwrap().unwrap();
}

/// No head, no request: there is nothing to finish.
#[tokio::test]
async fn a_stop_closes_a_connection_with_half_a_head() {
    let server = Server::start(|server| server).await;
    let half_sent = server.send(HALF_HEAD).await;
    // The server has read it: it accepts connections in order, and answers a later one.
    assert!(rest(server.send(GET).await).await.ends_with("hello"));
    server.stop.send(()).unwrap();
    assert_eq!(rest(half_sent).await, "");
    in_time(server.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn rfc9112_s3_2_a_request_has_one_valid_host() {
    let server = Server::start(|server| server).await;
    for (line, hosts, status) in [
        ("GET / HTTP/1.1", "Host: a\r\n", 200),
        ("GET / HTTP/1.1", "Host: example.com:3000\r\n", 200),
        ("GET / HTTP/1.1", "Host: [::1]:3000\r\n", 200),
        ("GET http://a/ HTTP/1.1", "Host: a\r\n", 200),
        ("GET / HTTP/1.0", "", 200),
        ("GET / HTTP/1.1", "", 400),
        ("GET http://a/ HTTP/1.1", "", 400),
        ("GET / HTTP/1.1", "Host: a\r\nHost: a\r\n", 400),
        ("GET / HTTP/1.1", "Host: a\r\nHost: b\r\n", 400),
        ("GET / HTTP/1.0", "Host: a\r\nHost: b\r\n", 400),
        ("GET / HTTP/1.1", "Host: user@a\r\n", 400),
        ("GET / HTTP/1.1", "Host: a/b\r\n", 400),
        ("GET / HTTP/1.1", "Host: a b\r\n", 400),
        ("GET / HTTP/1.1", "Host: a:port\r\n", 400),
    ] {
        let request = format!("{line}\r\n{hosts}Connection: close\r\n\r\n");
        let text = rest(server.send(request.as_bytes()).await).await;
        assert_eq!(text[9..12], status.to_string(), "{request}{text}");
        assert_eq!(text.contains("application/problem+json"), status == 400, "{request}{text}");
    }
}

#[tokio::test]
async fn a_stop_cuts_off_a_request_that_does_not_finish() {
    let server = Server::start(|server| server.shutdown_timeout(SHORT)).await;
    let _in_flight = server.send(b"GET /held HTTP/1.1\r\nHost: a\r\n\r\n").await;
    server.held[0].notified().await;
    server.stop.send(()).unwrap();
    in_time(server.task).await.unwrap().unwrap();
}

/// RFC 9110 section 10.1.1: a final status at once, since the head decides.
#[tokio::test]
async fn a_refused_request_that_expects_100_gets_its_401_first() {
    let node = node();
    let address = node.base().strip_prefix("http://").unwrap();
    let expects = |path: &str, body: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
             Expect: 100-continue\r\nConnection: close\r\n\r\n",
            body.len()
        )
    };
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(expects("/auth/password", "unsent").as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 401");
    // Where the body is needed it is asked for.
    let body = "username=a&password=b";
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(expects("/auth/login", body).as_bytes()).await.unwrap();
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).await.unwrap();
    assert!(rest(stream).await.starts_with("HTTP/1.1 401 "));
}

#[tokio::test]
async fn a_refused_request_with_a_large_body_gets_its_401() {
    let node = node();
    let address = node.base().strip_prefix("http://").unwrap();
    let length = 32 << 20;
    let head = format!("POST /auth/password HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
    let mut stream = TcpStream::connect(address).await.unwrap();
    // Like most clients, it reads only when it has sent everything.
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'a'; length]).await.unwrap();
    let text = rest(stream).await;
    assert!(text.starts_with("HTTP/1.1 401 ") && text.contains("application/problem+json"), "{text}");
    assert!(text.contains("connection: close\r\n"), "{text}");
}

#[tokio::test]
async fn a_refused_request_with_half_of_a_short_body_gets_its_401() {
    let node = node();
    let mut stream = TcpStream::connect(node.base().strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(b"POST /auth/password HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12").await.unwrap();
    let text = rest(stream).await;
    assert!(text.starts_with("HTTP/1.1 401 ") && text.contains("connection: close\r\n"), "{text}");
}

#[tokio::test]
async fn a_refused_request_with_a_short_body_keeps_the_connection() {
    let node = node();
    let mut stream = TcpStream::connect(node.base().strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(b"POST /auth/password HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12").await.unwrap();
    stream.write_all(b"345GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let text = rest(stream).await;
    assert!(text.starts_with("HTTP/1.1 401 ") && text.contains("HTTP/1.1 200 "), "{text}");
}

/// A quickstart that may have this many open files.
fn node_with(files: u32) -> Node {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("node");
    fs::write(&script, format!("#!/bin/sh\nulimit -n {files} && exec '{NODE}'\n")).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    Node::start(script.to_str().unwrap())
}

#[tokio::test]
async fn half_sent_requests_do_not_use_up_the_descriptors() {
    let node = node_with(160);
    let address = node.base().strip_prefix("http://").unwrap();
    let mut half_sent = Vec::new();
    for n in 0..150 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let login: &[u8] = b"POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\nuser";
        let _ = stream.write_all(if n % 2 == 0 { HALF_HEAD } else { login }).await;
        half_sent.push(stream);
    }
    let client = node.client();
    assert_eq!(in_time(client.get("/health")).await.status, 200);
    in_time(client.admin()).await;
    let log = fs::read_to_string(node.path("log")).unwrap();
    assert!(!log.contains("cannot accept a connection"), "{log}");
}

#[tokio::test]
async fn a_node_without_descriptors_says_so_and_goes_on() {
    let node = node_with(24);
    let address = node.base().strip_prefix("http://").unwrap();
    let mut half_sent = Vec::new();
    for _ in 0..32 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let _ = stream.write_all(HALF_HEAD).await;
        half_sent.push(stream);
    }
    assert_eq!(in_time(node.client().get("/.well-known/jwks.json")).await.status, 200);
    let log = fs::read_to_string(node.path("log")).unwrap();
    // It waits after each error: a second, or until a connection ends.
    let errors = log.matches("cannot accept a connection").count();
    assert!(
        (1..100).contains(&errors) && log.contains("ulimit -n"),
        "{errors} errors: {}",
        &log[..log.len().min(2_000)]
    );
}

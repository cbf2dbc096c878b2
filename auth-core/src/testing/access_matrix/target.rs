//! The target of an access matrix: a router in this process, or a service at an address.

use std::fmt;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tower_service::Service as _;

/// Refusals of guards are far smaller.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The problem types of guards; other problems come from handlers.
const REFUSALS: [&str; 7] = [
    "unauthenticated",
    "invalid-token",
    "insufficient-role",
    "insufficient-scope",
    "insufficient-credential",
    "step-up",
    "excluded",
];

/// The same for endpoints with OAuth error JSON, such as the introspection endpoint.
const OAUTH_REFUSALS: [&str; 3] = [
    "\"error\":\"invalid_token\"",
    "\"error\":\"insufficient_scope\"",
    "needs an API key, and the request carries none",
];

/// The target of an [`AccessMatrix`](super::AccessMatrix).
#[derive(Clone, Debug)]
pub struct Target(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Router(Router),
    Address(SocketAddr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Allowed,
    /// Refused by a guard.
    Refused,
    /// The request failed.
    Failed,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) outcome: Outcome,
    body: String,
}

impl Target {
    /// A router, called in this process without a socket.
    #[must_use]
    pub const fn router(router: Router) -> Self {
        Self(Kind::Router(router))
    }

    /// A service that listens at this address with plain HTTP/1.1.
    #[must_use]
    pub const fn address(address: SocketAddr) -> Self {
        Self(Kind::Address(address))
    }

    pub(super) async fn call(&self, method: &str, path: &str, header: Option<(&'static str, String)>) -> Answer {
        let answered = match &self.0 {
            Kind::Router(router) => in_process(router.clone(), method, path, header).await,
            Kind::Address(address) => over_http(*address, method, path, header).await,
        };
        match answered {
            Ok((status, body)) => Answer { status, outcome: outcome(status, &body), body },
            Err(error) => Answer { status: 0, outcome: Outcome::Failed, body: error },
        }
    }
}

fn outcome(status: u16, body: &str) -> Outcome {
    let by_guard = || {
        REFUSALS.iter().any(|slug| body.contains(&format!("\"urn:auth-core:problem:{slug}\"")))
            || OAUTH_REFUSALS.iter().any(|refusal| body.contains(refusal))
    };
    match status {
        401 | 403 if by_guard() => Outcome::Refused,
        0..200 | 500.. => Outcome::Failed,
        _ => Outcome::Allowed,
    }
}

async fn in_process(
    mut router: Router,
    method: &str,
    path: &str,
    header: Option<(&'static str, String)>,
) -> Result<(u16, String), String> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some((name, value)) = header {
        request = request.header(name, HeaderValue::from_str(&value).map_err(|error| error.to_string())?);
    }
    let request = request.body(Body::empty()).map_err(|error| error.to_string())?;
    let Ok(response) = router.call(request).await;
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), MAX_BODY_BYTES).await.map_err(|error| error.to_string())?;
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

async fn over_http(
    address: SocketAddr,
    method: &str,
    path: &str,
    header: Option<(&'static str, String)>,
) -> Result<(u16, String), String> {
    let header = header.map(|(name, value)| format!("{name}: {value}\r\n")).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: 0\r\n{header}\r\n"
    );
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(MAX_BODY_BYTES as u64).read_to_end(&mut answer).await?;
        std::io::Result::Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    let answer = exchange.await.map_err(|error| error.to_string())?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("the response has no header section")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("the response has no status")?;
    Ok((status, body.to_owned()))
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.outcome {
            Outcome::Allowed => "allowed",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
        };
        write!(f, "{} ({what}) {}", self.status, self.body.chars().take(200).collect::<String>())
    }
}

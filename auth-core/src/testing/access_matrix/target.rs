//! The target of an access matrix: a router in this process, or a service at an address.

use std::fmt;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::testing::send::{MAX_BODY_BYTES, exchange};
use crate::web::Refusal;

/// The problem types of guards; others come from handlers.
const REFUSALS: [&str; 8] = [
    "unauthenticated",
    "invalid-token",
    "insufficient-role",
    "insufficient-permission",
    "insufficient-scope",
    "insufficient-credential",
    "step-up",
    "excluded",
];

/// The schemes of a guard's challenges. A handler that lets clients in has `Basic`.
const SCHEMES: [&str; 3] = ["bearer", "dpop", "apikey"];

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
    /// Refused by a guard, or by a condition where the response does not say by which.
    Refused,
    /// Refused by a condition or by the handler.
    Forbidden,
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

    pub(super) async fn call(&self, method: &str, path: &str, headers: Vec<(&'static str, String)>) -> Answer {
        let answered = match &self.0 {
            Kind::Router(router) => in_process(router, method, path, headers).await,
            Kind::Address(address) => over_http(*address, method, path, headers).await,
        };
        answered.unwrap_or_else(|error| Answer { status: 0, outcome: Outcome::Failed, body: error })
    }
}

impl Answer {
    /// `problem` is the type of the refusal, where it is known otherwise than by the body.
    fn new(status: u16, problem: Option<&str>, challenges: &[&str], body: String) -> Self {
        let problem = problem.or_else(|| body.split("\"urn:auth-core:problem:").nth(1)?.split('"').next());
        let challenged = || challenges.iter().any(|challenge| SCHEMES.iter().any(|scheme| begins(challenge, scheme)));
        let outcome = match (status, problem) {
            (401 | 403, Some(problem)) if REFUSALS.contains(&problem) => Outcome::Refused,
            (403, Some("forbidden")) => Outcome::Forbidden,
            (401 | 403, None) if challenged() => Outcome::Refused,
            (0..200 | 500.., _) => Outcome::Failed,
            _ => Outcome::Allowed,
        };
        Self { status, outcome, body }
    }
}

fn begins(challenge: &str, scheme: &str) -> bool {
    challenge.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case(scheme))
}

async fn in_process(
    router: &Router,
    method: &str,
    path: &str,
    headers: Vec<(&'static str, String)>,
) -> Result<Answer, String> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, HeaderValue::from_str(&value).map_err(|error| error.to_string())?);
    }
    let request = request.body(Body::empty()).map_err(|error| error.to_string())?;
    let (head, body) = exchange(router, request).await?.into_parts();
    let problem = head.extensions.get::<Refusal>().map(|refusal| refusal.answer().slug);
    let challenges = head.headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let challenges: Vec<_> = challenges.collect();
    Ok(Answer::new(head.status.as_u16(), problem, &challenges, body))
}

async fn over_http(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: Vec<(&'static str, String)>,
) -> Result<Answer, String> {
    let headers: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: 0\r\n{headers}\r\n"
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
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let challenges = headers.filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate")).map(|(_, value)| value);
    Ok(Answer::new(status, None, &challenges.collect::<Vec<_>>(), body.to_owned()))
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.outcome {
            Outcome::Allowed => "allowed",
            Outcome::Refused => "refused",
            Outcome::Forbidden => "forbidden",
            Outcome::Failed => "failed",
        };
        write!(f, "{} ({what}) {}", self.status, self.body.chars().take(200).collect::<String>())
    }
}

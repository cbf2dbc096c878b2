//! One connection.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, header};
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tower_service::Service;

use super::body::{RequestBody, ResponseBody, Rest, Serving, drain};
use super::host;
use super::progress::{Phase, Progress};
use super::socket::Socket;
use super::{FOREVER, Limits};
use crate::web::Refusal;

/// The time that a client has for its next bytes before its connection may be closed to make room for others.
const PATIENCE: Duration = Duration::from_millis(250);

/// Serves one connection until a side closes it, a time-out ends, or `room`, which notifies the connection that has
/// waited longest for its client.
pub(super) async fn run(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    limits: Limits,
    room: Arc<Notify>,
    stopping: CancellationToken,
) {
    let progress = Arc::new(Progress::new());
    let answer = |request: Request<Incoming>| {
        let serving = Serving::begin(&progress);
        let (progress, rest) = (progress.clone(), Rest::default());
        // To read the body would send `100 Continue`, and wait for it.
        let may_drain = !request.headers().contains_key(header::EXPECT);
        let mut request = request.map(|body| Body::new(RequestBody::new(body, &rest, &progress, limits.body)));
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = host::check(&request).map(|()| app.clone().call(request));
        async move {
            let mut response = match response {
                Ok(response) => response.await?,
                Err(refused) => Refusal::from(refused).into_response(),
            };
            let unread = rest.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(rest) = unread
                && !(may_drain && drain(rest).await)
            {
                progress.leave_unread();
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response.map(|body| ResponseBody::new(body, serving)))
        }
    };
    let socket = TokioIo::new(Socket::new(stream, progress.clone(), limits.response));
    let mut connection = pin!(http1::Builder::new().serve_connection(socket, service_fn(answer)).with_upgrades());
    let mut stopped = pin!(stopping.cancelled());
    let mut is_stopping = false;
    let mut timer = pin!(sleep(Duration::ZERO));
    let mut turn = pin!(None);
    let mut seen = None;
    let mut since = Instant::now();
    poll_fn(|cx| {
        if !is_stopping && stopped.as_mut().poll(cx).is_ready() {
            is_stopping = true;
            connection.as_mut().graceful_shutdown();
        }
        if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
            return Poll::Ready(ended.err());
        }
        let (phase, number) = progress.phase();
        let limit = match phase {
            Phase::Serving => return Poll::Pending,
            Phase::Idle => limits.idle,
            // Half a head is no request in flight.
            Phase::Head if is_stopping => return Poll::Ready(None),
            Phase::Head => limits.head,
            // Its time is limited where it is read.
            Phase::Body => FOREVER,
        };
        if seen.replace(number) != Some(number) {
            turn.set(None);
            since = Instant::now();
            timer.as_mut().reset(since + limit.min(PATIENCE));
        }
        while timer.as_mut().poll(cx).is_ready() {
            if since.elapsed() >= limit {
                return Poll::Ready(None);
            }
            turn.set(Some(room.notified()));
            timer.as_mut().reset(since + limit);
        }
        turn.as_mut().as_pin_mut().map_or(Poll::Pending, |turn| turn.poll(cx)).map(|()| None)
    })
    .await
    .inspect(|error| tracing::debug!(target: "auth", "connection failed: {error}"));
}

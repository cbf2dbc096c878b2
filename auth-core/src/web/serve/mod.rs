//! A server for HTTP/1.1 that no client can keep busy by waiting.

mod allowance;
mod body;
mod connection;
mod host;
mod progress;
mod socket;

use std::future::{Future, IntoFuture};
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// The most connections by default where the system allows more.
const MAX_CONNECTIONS: usize = 10_000;

/// Serves `app` by HTTP/1.1 until SIGINT or SIGTERM, with time-outs and a connection limit.
///
/// Unlike `axum::serve` it closes connections of clients that send half a request or do not take their response, and its
/// handlers know the peer's address. A request without a valid `Host` is answered 400 (RFC 9112 section 3.2). A head that is
/// no HTTP, or is too long, gets hyper's 400, 414 or 431 without a body: no handler sees it. A response that is decided
/// before the request's body is read is sent at once, without a `100 Continue`
/// (RFC 9110 section 10.1.1), and the rest of the body is discarded.
///
/// ```no_run
/// # async fn run(app: axum::Router) -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
/// auth_core::serve(listener, app).await
/// # }
/// ```
pub fn serve(listener: TcpListener, app: Router) -> Serve {
    let limits = Limits {
        idle: Duration::from_secs(75),
        head: Duration::from_secs(10),
        body: Duration::from_secs(20),
        response: Duration::from_secs(20),
    };
    Serve {
        listener,
        app,
        limits,
        max_connections: default_max_connections(),
        grace: Duration::from_secs(10),
        stop: None,
    }
}

/// A server that starts when awaited; see [`serve`].
#[must_use = "a server does nothing until it is awaited"]
pub struct Serve {
    listener: TcpListener,
    app: Router,
    limits: Limits,
    max_connections: usize,
    grace: Duration,
    stop: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

/// A longer time-out does not end within the life of a process; the clock cannot count every `Duration`.
const FOREVER: Duration = Duration::from_hours(24 * 365);

/// How long the server waits for a client.
#[derive(Clone, Copy)]
struct Limits {
    idle: Duration,
    head: Duration,
    body: Duration,
    response: Duration,
}

impl Serve {
    /// The time for which a connection may stay open without a request; 75 seconds by default. A proxy in front must
    /// close its idle connections earlier.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.idle = timeout.min(FOREVER);
        self
    }

    /// The time within which a client must send the head of a request, from its first byte; 10 seconds by default.
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.limits.head = timeout.min(FOREVER);
        self
    }

    /// The time that the server waits for a request's body in all; 20 seconds by default. Each received KiB adds a
    /// second. Reading the body then fails, which the extractors of [`http`](crate::http) answer with 408.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body = timeout.min(FOREVER);
        self
    }

    /// The time that the server waits for a client to take its response; 20 seconds by default. Each KiB that the client
    /// takes makes up for a second of it, so that one which takes a byte now and then is disconnected like one which takes
    /// none. A response that comes slowly from the service uses up nothing. The system reports what a client has taken
    /// by parts of its send buffer, tens of KiB or more.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.limits.response = timeout.min(FOREVER);
        self
    }

    /// The number of open connections, at least 1; by default half of the process's limit of open files (`ulimit -n`),
    /// at most 10,000. When it is reached, the connection that has waited longest for its client is closed, so that
    /// idle and half-sent requests make room for others.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections.max(1);
        self
    }

    /// The time that requests in flight have to finish after the signal to stop; 10 seconds by default. Idle connections, and
    /// those with half a head, are closed at once.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.grace = timeout.min(FOREVER);
        self
    }

    /// Stops when `signal` completes, instead of on SIGINT and SIGTERM.
    pub fn with_graceful_shutdown(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = Some(Box::pin(signal));
        self
    }

    async fn run(self) -> io::Result<()> {
        let Self { listener, app, limits, max_connections, grace, stop } = self;
        let mut stop = stop.map_or_else(stop_signal, Ok)?;
        let stopping = CancellationToken::new();
        let room = Arc::new(Notify::new());
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                // Room that was asked for and found in another way is not needed.
                Some(_) = connections.join_next() => drop(pin!(room.notified()).enable()),
                accepted = listener.accept(), if connections.len() < max_connections => match accepted {
                    Ok((stream, peer)) => {
                        let connection = connection::run(stream, peer, app.clone(), limits, room.clone(), stopping.clone());
                        connections.spawn(connection);
                        if connections.len() == max_connections {
                            tracing::debug!(target: "auth", "connection limit of {max_connections} reached");
                            room.notify_one();
                        }
                    }
                    Err(error) if is_of_the_client(&error) => {}
                    Err(error) => {
                        // Usually no descriptor is left (EMFILE). The end of a connection frees one.
                        tracing::error!(target: "auth", "cannot accept a connection: {error}; raise `ulimit -n`, or lower the connection limit");
                        room.notify_one();
                        let ended = async { if connections.join_next().await.is_none() { std::future::pending().await } };
                        let _ = timeout(Duration::from_secs(1), ended).await;
                    }
                },
            }
        }
        drop(listener);
        stopping.cancel();
        let finished = async { while connections.join_next().await.is_some() {} };
        if timeout(grace, finished).await.is_err() {
            tracing::warn!(target: "auth", "requests did not finish within {} seconds and are cut off", grace.as_secs());
        }
        Ok(())
    }
}

impl IntoFuture for Serve {
    type Output = io::Result<()>;
    type IntoFuture = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl std::fmt::Debug for Serve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Serve").field("listener", &self.listener).finish_non_exhaustive()
    }
}

/// Whether the client gave up before its connection was accepted.
fn is_of_the_client(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}

/// Leaves the other half of the descriptors to the stores and the application.
fn default_max_connections() -> usize {
    #[cfg(unix)]
    if let Some(files) = rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
        return usize::try_from(files / 2).unwrap_or(usize::MAX).clamp(1, MAX_CONNECTIONS);
    }
    MAX_CONNECTIONS
}

#[cfg(unix)]
fn stop_signal() -> io::Result<Pin<Box<dyn Future<Output = ()> + Send>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(Box::pin(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!(target: "auth", "stopping; requests in flight finish");
    }))
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<Pin<Box<dyn Future<Output = ()> + Send>>> {
    Ok(Box::pin(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }))
}

//! The bodies of a request and its response, which tell the phase of their connection.

use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::allowance::Allowance;
use super::progress::{Phase, Progress};

/// What is read of an unwanted body before its response.
const MAX_DRAINED_BYTES: u64 = 64 * 1024;
const DRAINING: Duration = Duration::from_millis(100);

/// The connection is serving a request until this is dropped.
pub(super) struct Serving(Arc<Progress>);

impl Serving {
    pub(super) fn begin(progress: &Arc<Progress>) -> Self {
        progress.enter(Phase::Serving);
        Self(progress.clone())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.enter(Phase::Idle);
    }
}

/// What a service leaves of a request's body.
pub(super) type Rest = Arc<Mutex<Option<Incoming>>>;

/// Reads the rest of a body if it is short and on its way, so that the connection can take another request.
pub(super) async fn drain(mut body: Incoming) -> bool {
    if body.size_hint().lower() > MAX_DRAINED_BYTES {
        return false;
    }
    let all = async {
        let mut left = MAX_DRAINED_BYTES;
        loop {
            match poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
                Some(Ok(frame)) => left = left.checked_sub(frame.data_ref().map_or(0, |data| data.len() as u64))?,
                Some(Err(_)) => return None,
                None => return Some(()),
            }
        }
    };
    timeout(DRAINING, all).await.is_ok_and(|ended| ended.is_some())
}

/// A request's body, which must arrive in time.
pub(super) struct RequestBody {
    /// `None` after its end.
    body: Option<Incoming>,
    rest: Rest,
    progress: Arc<Progress>,
    allowance: Allowance,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl RequestBody {
    pub(super) fn new(body: Incoming, rest: &Rest, progress: &Arc<Progress>, timeout: Duration) -> Self {
        let allowance = Allowance::new(timeout, Duration::MAX);
        let body = Some(body).filter(|body| !body.is_end_stream());
        Self { body, rest: rest.clone(), progress: progress.clone(), allowance, waiting: None }
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else { return Poll::Ready(None) };
        let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) else {
            let (_, late) = this.waiting.get_or_insert_with(|| {
                this.progress.enter(Phase::Body);
                (Instant::now(), Box::pin(sleep(this.allowance.left())))
            });
            ready!(late.as_mut().poll(cx));
            return Poll::Ready(Some(Err(io::Error::from(ErrorKind::TimedOut).into())));
        };
        if let Some((since, _)) = this.waiting.take() {
            this.progress.enter(Phase::Serving);
            this.allowance.waited(since.elapsed());
        }
        let has_ended = match &frame {
            Some(Ok(frame)) => {
                this.allowance.moved(frame.data_ref().map_or(0, Bytes::len));
                body.is_end_stream()
            }
            Some(Err(_)) | None => true,
        };
        if has_ended {
            this.body = None;
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        *self.rest.lock().unwrap_or_else(PoisonError::into_inner) = self.body.take();
    }
}

/// A response's body: when it is gone, the connection waits for the next request.
pub(super) struct ResponseBody {
    body: Body,
    _serving: Serving,
}

impl ResponseBody {
    pub(super) const fn new(body: Body, serving: Serving) -> Self {
        Self { body, _serving: serving }
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

//! A connection's socket.

use std::future::Future;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::allowance::Allowance;
use super::progress::Progress;

/// How long a client is heard out that was answered before it had sent all of its request.
const LINGER: Duration = Duration::from_secs(5);

/// A socket whose client must take what is sent to it, and that closes without cutting off the response.
pub(super) struct Socket<Stream> {
    stream: Stream,
    progress: Arc<Progress>,
    allowance: Allowance,
    stalled: Option<(Instant, Pin<Box<Sleep>>)>,
    lingering: Option<Pin<Box<Sleep>>>,
}

impl<Stream> Socket<Stream> {
    /// `timeout` is the time that its client may keep the server waiting for room to write.
    pub(super) const fn new(stream: Stream, progress: Arc<Progress>, timeout: Duration) -> Self {
        Self { stream, progress, allowance: Allowance::new(timeout, timeout), stalled: None, lingering: None }
    }

    fn in_time(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let Poll::Ready(written) = written else {
            let (_, late) =
                self.stalled.get_or_insert_with(|| (Instant::now(), Box::pin(sleep(self.allowance.left()))));
            ready!(late.as_mut().poll(cx));
            return Poll::Ready(Err(ErrorKind::TimedOut.into()));
        };
        if let Some((since, _)) = self.stalled.take() {
            self.allowance.waited(since.elapsed());
        }
        self.allowance.moved(*written.as_ref().unwrap_or(&0));
        Poll::Ready(written)
    }
}

impl<Stream: AsyncRead + Unpin> AsyncRead for Socket<Stream> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.progress.received();
        }
        Poll::Ready(Ok(()))
    }
}

impl<Stream: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Socket<Stream> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.in_time(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.in_time(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Closes the sending side, and reads on for a while if the client may still send: the system answers bytes for a
    /// closed socket with a reset, which discards a response that the client has not read yet.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            if !this.progress.may_still_send() {
                return Poll::Ready(Ok(()));
            }
        }
        let lingering = this.lingering.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        let mut discarded = [0; 8192];
        while lingering.as_mut().poll(cx).is_pending() {
            let mut discarded = ReadBuf::new(&mut discarded);
            match ready!(Pin::new(&mut this.stream).poll_read(cx, &mut discarded)) {
                Ok(()) if !discarded.filled().is_empty() => {}
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::{interval, timeout};

    use super::*;

    /// A client that takes a byte well within each time-out.
    #[tokio::test]
    async fn a_client_that_takes_a_byte_now_and_then_is_disconnected() {
        let (stream, mut client) = duplex(64);
        let mut socket = Socket::new(stream, Arc::new(Progress::new()), Duration::from_millis(200));
        let drip = async {
            let mut interval = interval(Duration::from_millis(5));
            while client.read_exact(&mut [0]).await.is_ok() {
                interval.tick().await;
            }
            std::future::pending::<()>().await;
        };
        let response = vec![b'a'; 1 << 20];
        let written = tokio::select! {
            () = drip => unreachable!("the client never stops"),
            written = timeout(Duration::from_secs(20), socket.write_all(&response)) => written,
        };
        let error = written.expect("it ends in time").expect_err("the response is not written");
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}

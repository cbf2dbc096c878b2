//! What the attributes make of a copy of a handler.

use std::pin::Pin;
use std::task::{Context, Poll};

/// What the copy of a handler answers that an attribute above ours has made, as `#[axum::debug_handler]` does. Nothing
/// makes a response of it, so no router takes the copy, which has no guard.
///
/// ```compile_fail
/// async fn copy() -> auth_core::__private::Copied {
///     auth_core::__private::Copied::of(async {}).await
/// }
///
/// let _: axum::Router = axum::Router::new().route("/", axum::routing::get(copy));
/// ```
#[derive(Debug)]
pub struct Copied(());

impl Copied {
    /// Is `Send` if `copy` is, and does not run it.
    pub const fn of<F: Future>(copy: F) -> impl Future<Output = Self> {
        NeverRun(copy)
    }
}

struct NeverRun<F>(F);

impl<F> Future for NeverRun<F> {
    type Output = Copied;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Copied> {
        Poll::Ready(Copied(()))
    }
}

#[cfg(test)]
mod tests {
    use super::Copied;

    #[tokio::test]
    async fn a_copy_is_never_run() {
        Copied::of(async { panic!("the copy was run") }).await;
    }
}

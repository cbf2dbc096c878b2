//! Tasks that a service waits for at its end.

use std::sync::Arc;

use tokio::sync::watch;

/// Counts tasks: each holds a receiver of a channel that sends nothing, and the sender knows when there is none.
#[derive(Clone, Debug)]
pub(crate) struct Tasks(Arc<watch::Sender<()>>);

impl Tasks {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(())))
    }

    /// The work of a task, which counts from now until it ends, panics or is dropped.
    pub(crate) fn track<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        let counted = self.0.subscribe();
        async move {
            let done = work.await;
            drop(counted);
            done
        }
    }

    /// Waits until there is no task.
    pub(crate) async fn wait(&self) {
        self.0.closed().await;
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn the_wait_ends_with_the_last_task_however_it_ends() {
        let tasks = Tasks::new();
        assert!(tasks.wait().now_or_never().is_some(), "there is no task");
        let (ended, dropped) = (tasks.track(ready(7)), tasks.clone().track(pending::<()>()));
        let panics = tokio::spawn(tasks.track(async { panic!("as a task may") }));
        assert!(tasks.wait().now_or_never().is_none());
        assert_eq!(ended.await, 7);
        assert!(panics.await.is_err());
        assert!(tasks.wait().now_or_never().is_none(), "one is left");
        drop(dropped);
        tasks.wait().await;
        // It counts again.
        let another = tasks.track(pending::<()>());
        assert!(tasks.wait().now_or_never().is_none());
        drop(another);
    }
}

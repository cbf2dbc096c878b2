//! The threads that hash passwords.

use std::io;
use std::sync::LazyLock;

use tokio::runtime::{Builder, Runtime};

use super::PasswordError;

/// By how much a hashing thread is nicer than the thread that started it. As nice as the others it would hold its core for
/// a whole time slice of the scheduler, 3 ms, while a request waits for that core.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 15;

/// One for all services of the process; each bounds how many threads it uses. Only its blocking threads are used.
static THREADS: LazyLock<io::Result<Runtime>> =
    LazyLock::new(|| Builder::new_current_thread().thread_name("hashing").on_thread_start(become_nicer).build());

/// Runs `work` on a hashing thread. It is finished also if the future is dropped.
pub(super) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
    let threads = THREADS.as_ref().map_err(|error| {
        tracing::error!(target: "auth", %error, "cannot start the threads that hash passwords");
        PasswordError::Failed
    })?;
    threads.spawn_blocking(work).await.map_err(|_| PasswordError::Failed)
}

#[cfg(target_os = "linux")]
fn become_nicer() {
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::warn!(
            target: "auth",
            %error,
            "cannot lower the priority of a hashing thread; requests are slower while many clients log in"
        );
    }
}

/// Elsewhere niceness is of the process.
#[cfg(not(target_os = "linux"))]
const fn become_nicer() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::getpriority_process;

    use super::*;

    #[tokio::test]
    async fn a_hashing_thread_gives_way_to_the_threads_of_requests() {
        let here = getpriority_process(None).unwrap();
        let there = run(|| getpriority_process(None).unwrap()).await.unwrap();
        assert_eq!(there, (here + NICENESS).min(19));
        assert_eq!(getpriority_process(None).unwrap(), here);
    }
}

//! A failed login does not reveal whether an account exists: neither by its answer nor by its time.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::mpsc;
use std::task::Poll;
use std::time::Duration;

use auth_core::store::{AccountPatch, Audit, MemoryStore, UserDirectory as _};
use auth_core::{AccountError, Context, Login, Registration, testing};
use tokio::runtime::Builder;

const PASSWORD: &str = "three words and a comma";

/// Every failed login waits for the hashing threads: while they are occupied, none is answered.
#[test]
fn every_failed_login_hashes_a_password() {
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let store = MemoryStore::new();
        let auth = testing::in_memory().store(store.clone()).build().unwrap();
        auth.register(&Context::system("test"), Registration::new("ada@example.com", PASSWORD)).await.unwrap();
        let (bob, _) =
            auth.register(&Context::system("test"), Registration::new("bob@example.com", PASSWORD)).await.unwrap();
        let inactive = AccountPatch { active: Some(false), ..AccountPatch::default() };
        store.update(&bob, inactive, Audit::none()).await.unwrap();
        let long = format!("{}@example.com", "a".repeat(2_000));
        for (name, password) in [
            ("ada@example.com", "another three words"),
            ("unknown@example.com", PASSWORD),
            ("bob@example.com", PASSWORD),
            (long.as_str(), PASSWORD),
        ] {
            let (release, held) = mpsc::channel::<()>();
            let holder = tokio::task::spawn_blocking(move || held.recv_timeout(Duration::from_mins(5)));
            let context = Context::system("test");
            let mut login = pin!(auth.login(&context, Login::new(name, password)));
            // Everything but the hashing completes within these turns.
            for _ in 0..100 {
                let is_pending = poll_fn(|context| Poll::Ready(login.as_mut().poll(context).is_pending())).await;
                assert!(is_pending, "{name} was answered without hashing");
                tokio::task::yield_now().await;
            }
            release.send(()).unwrap();
            assert_eq!(login.await.unwrap_err(), AccountError::InvalidCredentials, "{name}");
            holder.await.unwrap().unwrap();
        }
    });
}

//! An issuer's keys: cached, refreshed in the background, and fetched for an unknown `kid`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use reqwest::Client;
use tokio::sync::watch;

use super::fetch::{self, FetchError};
use super::published::PublishedKeys;
use super::{Issuer, discovery};
use crate::base::Timestamp;

/// The keys of one issuer.
pub(super) struct IssuerKeys {
    issuer: Arc<Issuer>,
    client: Client,
    loaded: ArcSwapOption<Loaded>,
    attempt: Mutex<Attempt>,
}

pub(super) struct Loaded {
    pub(super) keys: PublishedKeys,
    at: Timestamp,
}

#[derive(Default)]
struct Attempt {
    at: Option<Timestamp>,
    /// Closes when the fetch in progress ends.
    running: Option<watch::Receiver<()>>,
}

impl IssuerKeys {
    pub(super) fn new(issuer: Arc<Issuer>, client: Client) -> Self {
        Self { issuer, client, loaded: ArcSwapOption::empty(), attempt: Mutex::default() }
    }

    /// Returns the cached keys; `None` if there are none within `keep_for`. Old keys are refreshed in the background.
    /// If there are none or they are much too old, the call waits for a fetch.
    pub(super) async fn current(self: &Arc<Self>, now: Timestamp) -> Option<Arc<Loaded>> {
        let every = self.issuer.refresh_every;
        match self.usable(now) {
            Some(loaded) if is_younger(loaded.at, now, every) => Some(loaded),
            // A routine fetch delays no request.
            Some(loaded) if is_younger(loaded.at, now, every.saturating_mul(2)) => {
                let _ = self.fetch(now);
                Some(loaded)
            }
            // Too old: a key may have been removed since.
            _ => self.newer(now).await,
        }
    }

    /// The cached keys within `keep_for`.
    fn usable(&self, now: Timestamp) -> Option<Arc<Loaded>> {
        self.loaded.load_full().filter(|loaded| is_younger(loaded.at, now, self.issuer.keep_for))
    }

    /// Returns the keys after a fetch, or the cached ones within `retry_after` of the last attempt.
    pub(super) async fn newer(self: &Arc<Self>, now: Timestamp) -> Option<Arc<Loaded>> {
        if let Some(mut running) = self.fetch(now) {
            // The channel carries no value; its closing ends the wait.
            let _ = running.changed().await;
        }
        self.usable(now)
    }

    /// Starts a fetch, or joins the one in progress; `None` within `retry_after` of the last attempt. Cancelling the
    /// request does not cancel the fetch: otherwise clients that disconnect early could prevent every refresh.
    fn fetch(self: &Arc<Self>, now: Timestamp) -> Option<watch::Receiver<()>> {
        let mut attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &attempt.running {
            return Some(running.clone());
        }
        if attempt.at.is_some_and(|at| is_younger(at, now, self.issuer.retry_after)) {
            return None;
        }
        let (ended, running) = watch::channel(());
        *attempt = Attempt { at: Some(now), running: Some(running.clone()) };
        drop(attempt);
        let fetch = Fetch { keys: Arc::clone(self), _ended: ended };
        tokio::spawn(async move { fetch.run(now).await });
        Some(running)
    }

    async fn load(&self) -> Result<PublishedKeys, FetchError> {
        let url = discovery::jwks_uri(&self.client, &self.issuer).await?;
        let body = fetch::body(&self.client, &self.issuer, &url).await?;
        PublishedKeys::read(&body, &self.issuer.name).map_err(|what| FetchError::Content { url, what })
    }
}

/// A fetch in progress. Dropping it, whatever the outcome, wakes the waiting requests.
struct Fetch {
    keys: Arc<IssuerKeys>,
    _ended: watch::Sender<()>,
}

impl Fetch {
    async fn run(self, now: Timestamp) {
        let issuer = &self.keys.issuer.name;
        match self.keys.load().await {
            Ok(keys) => {
                tracing::debug!(target: "auth", issuer, keys = keys.len(), "fetched the keys of an issuer");
                self.keys.loaded.store(Some(Arc::new(Loaded { keys, at: now })));
            }
            // Keeps the last keys.
            Err(error) => tracing::warn!(target: "auth", issuer, %error, "could not fetch the keys of an issuer"),
        }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.keys.attempt.lock().unwrap_or_else(PoisonError::into_inner).running = None;
    }
}

/// How far times of concurrent requests can be out of order: more than a thread waits between the clock and a lock.
const OUT_OF_ORDER: Duration = Duration::from_mins(1);

/// A time in the future counts as old: the clock was set back by an unknown amount.
fn is_younger(then: Timestamp, now: Timestamp, age: Duration) -> bool {
    then <= now.after(OUT_OF_ORDER) && now.since(then) < age
}

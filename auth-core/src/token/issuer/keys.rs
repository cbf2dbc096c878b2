//! An issuer's keys: cached, fetched anew in the background, and for an unknown key once, whoever asks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use reqwest::Client;
use tokio::sync::watch;

use super::fetch::{self, FetchError};
use super::{Issuer, discovery, published};
use crate::base::Timestamp;
use crate::token::keys::Ring;

/// The keys of one issuer.
pub(super) struct IssuerKeys {
    issuer: Arc<Issuer>,
    client: Client,
    loaded: ArcSwapOption<Loaded>,
    attempt: Mutex<Attempt>,
}

pub(super) struct Loaded {
    pub(super) ring: Ring,
    at: Timestamp,
}

#[derive(Default)]
struct Attempt {
    at: Option<Timestamp>,
    /// Closes when the fetch under way has ended.
    running: Option<watch::Receiver<()>>,
}

impl IssuerKeys {
    pub(super) fn new(issuer: Arc<Issuer>, client: Client) -> Self {
        Self { issuer, client, loaded: ArcSwapOption::empty(), attempt: Mutex::default() }
    }

    /// The keys as they are known; fetched first when there are none yet or they are far too old, in the background
    /// when they are old. `None` when there are none that may still be used.
    pub(super) async fn current(self: &Arc<Self>, now: Timestamp) -> Option<Arc<Loaded>> {
        let every = self.issuer.refresh_every;
        match self.loaded.load_full() {
            Some(loaded) if is_younger(loaded.at, now, every) => Some(loaded),
            // Nobody waits for a routine fetch.
            Some(loaded) if is_younger(loaded.at, now, every.saturating_mul(2)) => {
                let _ = self.fetch(now);
                Some(loaded)
            }
            // Not used for so long that a key may have been taken back meanwhile: asked first.
            _ => self.newer(now).await.filter(|loaded| is_younger(loaded.at, now, self.issuer.keep_for)),
        }
    }

    /// The keys after a fetch, or as they are when one was tried a moment ago.
    pub(super) async fn newer(self: &Arc<Self>, now: Timestamp) -> Option<Arc<Loaded>> {
        if let Some(mut running) = self.fetch(now) {
            // It never sends; it ends.
            let _ = running.changed().await;
        }
        self.loaded.load_full()
    }

    /// Begins a fetch, or joins the one under way; `None` when one has ended too recently. It goes on when the request
    /// that began it is given up: otherwise whoever hangs up quickly enough could keep the keys from ever being renewed.
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

    async fn load(&self) -> Result<Ring, FetchError> {
        let url = discovery::jwks_uri(&self.client, &self.issuer).await?;
        let body = fetch::json(&self.client, &self.issuer, &url).await?;
        published::read(&body, &self.issuer.name).map_err(|what| FetchError::Content { url, what })
    }
}

/// A fetch under way; whoever waits for it goes on when this is gone, however it ends.
struct Fetch {
    keys: Arc<IssuerKeys>,
    _ended: watch::Sender<()>,
}

impl Fetch {
    async fn run(self, now: Timestamp) {
        let issuer = &self.keys.issuer.name;
        match self.keys.load().await {
            Ok(ring) => {
                tracing::debug!(target: "auth", issuer, keys = ring.len(), "an issuer's keys were fetched");
                self.keys.loaded.store(Some(Arc::new(Loaded { ring, at: now })));
            }
            // The last good set stays.
            Err(error) => tracing::warn!(target: "auth", issuer, %error, "an issuer's keys could not be fetched"),
        }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.keys.attempt.lock().unwrap_or_else(PoisonError::into_inner).running = None;
    }
}

/// What lies in the future is old: the clock was set back, and no telling how far.
fn is_younger(then: Timestamp, now: Timestamp, age: Duration) -> bool {
    then <= now && now.since(then) < age
}

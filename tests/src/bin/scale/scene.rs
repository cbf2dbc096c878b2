//! The quickstart in this process, on a given store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::Auth;
use auth_core::cluster::{Change, ClusterError, Fanout, Subscription};
use auth_core::event::AuditSampling;
use auth_core::store::Store;
use auth_core::token::SigningKey;
use auth_tests::{AUTH_SECRET, Client};
use quickstart::{App, Role};

/// A listening service.
pub(crate) struct Scene {
    pub(crate) auth: Auth,
    pub(crate) client: Client,
    pub(crate) messages: Messages,
}

impl Scene {
    pub(crate) async fn on(store: impl Store) -> Self {
        let messages = Messages::default();
        let key = SigningKey::hs256(&AUTH_SECRET.to_owned().into()).unwrap();
        let builder = Auth::builder(key, "https://issuer.example.com", "quickstart").store(store);
        // Entries do not expire, so a reload has the counted cause, however slow this machine is.
        let builder = builder.new_user_role(Role::User).cache_ttl(Duration::from_hours(1));
        // The rows of refusals are written in batches, whose number depends on the time.
        let builder = builder.audit_sampling(AuditSampling::new().refusals(0));
        let auth = builder.fanout(messages.clone()).build().unwrap();
        let client = Client::new(&auth_tests::serve(quickstart::router(App { auth: auth.clone() })).await);
        Self { auth, client, messages }
    }
}

/// A fan-out without other nodes, which counts the published changes.
#[derive(Clone, Default)]
pub(crate) struct Messages(Arc<AtomicUsize>);

impl Messages {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Fanout for Messages {
    async fn publish(&self, _: &[Change]) -> Result<(), ClusterError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn subscribe(&self) -> Result<Box<dyn Subscription>, ClusterError> {
        Ok(Box::new(Silence))
    }
}

struct Silence;

#[async_trait]
impl Subscription for Silence {
    async fn next(&mut self) -> Result<Vec<Change>, ClusterError> {
        std::future::pending().await
    }
}

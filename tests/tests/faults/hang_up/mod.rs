//! A client that disconnects during an operation: at every point, either nothing has changed, or the change has its
//! effect on guards and its event.

mod accounts;
mod guesses;
mod keys;
mod late;
mod passwords;
mod sessions;
mod yielding;

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use async_trait::async_trait;
use auth_core::event::{AuditSampling, Event, EventSink};
use auth_core::prelude::*;
use auth_core::recovery::{Delivery, DeliveryError, Message, Purpose};
use auth_core::store::{
    Audit, AuditFilter, AuditLog as _, Factor, MemoryStore, Page, RoleStore as _, SecondFactors as _, SessionStore,
    UserRecord, UserStore as _,
};
use auth_core::{
    AccountError, Clock as _, Context, IssuedApiKey, Login, NewApiKey, Registration, SystemClock, Timestamp, Tokens,
    testing,
};
use secrecy::SecretString;
use tokio::task::yield_now;

use crate::PASSWORD;
use crate::clock::{identity, status};
use yielding::Yielding;

const NEW_PASSWORD: &str = "another horse for the stable";

/// The last token of each kind.
#[derive(Clone, Default)]
struct Outbox(Arc<Mutex<BTreeMap<Purpose, String>>>);

#[async_trait]
impl Delivery for Outbox {
    async fn send(&self, message: Message) -> Result<(), DeliveryError> {
        yield_now().await;
        self.0.lock().unwrap().insert(message.kind.purpose(), message.token().to_owned());
        Ok(())
    }
}

/// The names of the events since the last look. It yields, as a sink that writes to a network does.
#[derive(Clone, Default)]
struct Recorded(Arc<Mutex<Vec<&'static str>>>);

#[async_trait]
impl EventSink for Recorded {
    async fn record(&self, event: Event) {
        yield_now().await;
        self.0.lock().unwrap().push(event.kind.name());
    }
}

impl Recorded {
    /// The events, without those of guards.
    fn take(&self) -> Vec<&'static str> {
        let mut kinds = std::mem::take(&mut *self.0.lock().unwrap());
        kinds.retain(|kind| !["access_granted", "access_refused", "credential_refused"].contains(kind));
        kinds
    }
}

/// A user with two sessions and an API key, all of them cached by guards.
struct Scene {
    auth: Auth,
    store: MemoryStore,
    events: Recorded,
    outbox: Outbox,
    ada: SubjectId,
    first: Tokens,
    second: Tokens,
    key: IssuedApiKey,
    sessions: usize,
    /// The secret of the authenticator, and the time of its last code.
    totp: (String, i64),
    /// That of the login code.
    challenge: String,
    /// Rows of the audit trail at the start.
    rows: usize,
}

impl Scene {
    async fn new() -> Self {
        let (store, events, outbox) = (MemoryStore::new(), Recorded::default(), Outbox::default());
        let (context, yielding) = (Context::system("test"), Yielding(store.clone()));
        let hour = std::time::Duration::from_hours(1);
        let auth = testing::in_memory()
            .audit_log(store.clone())
            // The rows are those of the operation, without the refusals that show its effect.
            .audit_sampling(AuditSampling::new().refusals(0))
            .directory(yielding.clone())
            .sessions(yielding.clone())
            .api_keys(yielding.clone())
            .one_time_tokens(yielding.clone())
            .second_factors(yielding.clone())
            .delivery(outbox.clone())
            .role_store(yielding)
            .events(events.clone())
            .cache_ttl(hour)
            .build()
            .unwrap();
        let mut ada = Registration::new("ada@example.com", PASSWORD);
        ada.roles.push("support".into());
        let (ada, _) = auth.register(&context, ada).await.unwrap();
        store.set_permissions("auditor", &["UsersRead".into()], Audit::none()).await.unwrap();
        let first = auth.login(&context, Login::new("ada@example.com", PASSWORD)).await.unwrap();
        let second = auth.login(&context, Login::new("ada@example.com", PASSWORD)).await.unwrap();
        let new = NewApiKey::new("nightly");
        let key = auth.create_api_key(&context, &ada, new).await.unwrap();
        auth.request_password_reset(&context, "ada@example.com").await.unwrap();
        auth.request_magic_link(&context, "ada@example.com").await.unwrap();
        let challenge = auth.request_login_code(&context, "ada@example.com").await.unwrap().expose().to_owned();
        auth.settled().await;
        let rows = store.events(&AuditFilter::default(), 100).await.unwrap().len();
        let scene = Self {
            auth,
            store,
            events,
            outbox,
            ada,
            first,
            second,
            key,
            sessions: 2,
            totp: (String::new(), 0),
            challenge,
            rows,
        };
        assert_eq!(
            (scene.first_status().await, scene.second_status().await, scene.key_status().await),
            (200, 200, 200)
        );
        scene.events.take();
        scene
    }

    /// With an authenticator that is not confirmed.
    async fn enrolled() -> Self {
        use secrecy::ExposeSecret as _;
        let mut scene = Self::new().await;
        let identity = identity(&scene.auth, scene.first.access.expose()).await;
        let enrolment = scene.auth.enrol_totp(&context(), &identity).await.unwrap();
        scene.totp = (enrolment.secret.expose_secret().to_owned(), SystemClock.now().as_secs());
        scene.begun().await
    }

    /// With an authenticator that a login asks for.
    async fn with_second_factor() -> Self {
        let scene = Self::enrolled().await;
        let identity = identity(&scene.auth, scene.first.access.expose()).await;
        scene.auth.confirm_totp(&context(), &identity, scene.code(0)).await.unwrap();
        scene.begun().await
    }

    /// A code of the time of the enrolment, or of later steps.
    fn code(&self, steps: i64) -> SecretString {
        auth_tests::totp(&self.totp.0, self.totp.1 + 30 * steps).into()
    }

    /// What was recorded so far belongs to the beginning.
    async fn begun(mut self) -> Self {
        self.events.take();
        self.rows = self.store.events(&AuditFilter::default(), 100).await.unwrap().len();
        self
    }

    async fn factor(&self) -> Option<Factor> {
        self.store.factors(&self.ada).await.unwrap().pop()
    }

    async fn first_status(&self) -> u16 {
        status(&self.auth, self.first.access.expose()).await
    }

    async fn second_status(&self) -> u16 {
        status(&self.auth, self.second.access.expose()).await
    }

    async fn key_status(&self) -> u16 {
        #[api_key]
        async fn for_keys() {}
        use tower_service::Service as _;
        let mut app: axum::Router = GuardedRouter::new().route("/", get(for_keys)).with_state(self.auth.clone());
        let request = axum::http::Request::get("/").header("x-api-key", self.key.key.expose());
        app.call(request.body(axum::body::Body::empty()).unwrap()).await.unwrap().status().as_u16()
    }

    fn token(&self, purpose: Purpose) -> String {
        self.outbox.0.lock().unwrap()[&purpose].clone()
    }

    async fn record(&self) -> UserRecord {
        self.store.find_by_id(&self.ada).await.unwrap().unwrap()
    }

    async fn sessions(&self) -> usize {
        let mut sessions = 0;
        for version in 0..5 {
            let (now, page) = (Timestamp::from_secs(0), Page::first(10));
            sessions += SessionStore::list(&self.store, &self.ada, version, now, page).await.unwrap().len();
        }
        sessions
    }
}

/// Whether an operation changed the store, and whether guards see the change.
struct Effect {
    changed: bool,
    seen: bool,
}

/// Cancels `operation` after each number of polls before it completes, each time in a new scene.
async fn hang_up(
    events: &[&'static str],
    operation: impl AsyncFn(&Scene) -> Result<(), AccountError>,
    effect: impl AsyncFn(&Scene) -> Effect,
) {
    hang_up_in(Scene::new, events, operation, effect).await;
}

/// The same with scenes that `new` makes.
async fn hang_up_in(
    new: impl AsyncFn() -> Scene,
    events: &[&'static str],
    operation: impl AsyncFn(&Scene) -> Result<(), AccountError>,
    effect: impl AsyncFn(&Scene) -> Effect,
) {
    let (mut before, mut after) = (0, 0);
    for polls in 0.. {
        let scene = new().await;
        let finished = {
            let mut running = pin!(operation(&scene));
            let mut left = polls;
            std::future::poll_fn(|cx| {
                if left == 0 {
                    return Poll::Ready(None);
                }
                left -= 1;
                running.as_mut().poll(cx).map(Some)
            })
            .await
        };
        scene.auth.settled().await;
        let Effect { changed, seen } = effect(&scene).await;
        let recorded = scene.events.take();
        let expected = if changed { events } else { &[] };
        assert_eq!(recorded, expected, "after {polls} polls the store is changed: {changed}");
        let mut rows: Vec<_> = scene.store.events(&AuditFilter::default(), 100).await.unwrap();
        rows.truncate(rows.len() - scene.rows);
        rows.reverse();
        let rows: Vec<&str> = rows.iter().map(|row| &*row.kind).collect();
        assert_eq!(rows, expected, "after {polls} polls the store has these rows");
        assert!(!changed || seen, "after {polls} polls guards do not see the change");
        if let Some(outcome) = finished {
            outcome.unwrap();
            assert!(changed, "the operation completed without a change");
            assert!(before > 0 && after > 0, "hung up {before} times before the change and {after} times after it");
            return;
        }
        if changed { after += 1 } else { before += 1 }
    }
}

fn context() -> Context {
    Context::system("test")
}

//! A client that disconnects during an operation: at every point, either nothing has changed, or the change has its
//! effect on guards and its event.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use async_trait::async_trait;
use auth_core::event::{AuditSampling, Event, EventSink};
use auth_core::password::PasswordHash;
use auth_core::prelude::*;
use auth_core::recovery::{Delivery, DeliveryError, Message, Purpose};
use auth_core::store::{
    Account, AccountPatch, ApiKeyRecord, ApiKeyStore, Audit, AuditFilter, AuditLog, Created, Factor, FactorKind,
    KeysOf, MemoryStore, NewFactor, NewSession, NewUser, OneTimeToken, OneTimeTokens, Page, Redeem, Redeemed,
    RefreshTokenRecord, RolePermissions, RoleStore, SecondFactors, Session, SessionStore, StepUp, StoreError,
    StoredRole, UpdateOutcome, UserDirectory, UserRecord, UserRegistry, UserStore, VerifiedEmail,
};
use auth_core::token::TokenHash;
use auth_core::{
    AccountError, ApiKeyId, Clock as _, Context, FactorId, IssuedApiKey, Keep, Login, MagicLinkLogin, NewApiKey,
    Registration, SessionId, SignIn, SystemClock, Timestamp, Tokens, testing,
};
use secrecy::SecretString;
use tokio::task::yield_now;

use crate::PASSWORD;
use crate::clock::{identity, status};

const NEW_PASSWORD: &str = "another horse for the stable";

/// A store that can be cancelled before and after each of its writes.
#[derive(Clone)]
struct Yielding(MemoryStore);

macro_rules! yielding {
    ($call:expr) => {{
        yield_now().await;
        let answer = $call.await;
        yield_now().await;
        answer
    }};
}

#[async_trait]
impl UserStore for Yielding {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        yielding!(self.0.find_by_login(login))
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        self.0.find_by_id(id).await
    }

    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError> {
        yielding!(self.0.set_password(id, version, hash, audit))
    }

    async fn revoke_tokens(&self, id: &SubjectId, audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        yielding!(self.0.revoke_tokens(id, audit))
    }

    async fn upgrade_hash(
        &self,
        id: &SubjectId,
        old: &PasswordHash,
        new: &PasswordHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        yielding!(self.0.upgrade_hash(id, old, new, audit))
    }
}

#[async_trait]
impl UserRegistry for Yielding {
    async fn create(&self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        yielding!(UserRegistry::create(&self.0, user, audit))
    }
}

#[async_trait]
impl UserDirectory for Yielding {
    async fn get(&self, id: &SubjectId) -> Result<Option<Account>, StoreError> {
        self.0.get(id).await
    }

    async fn list(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, StoreError> {
        UserDirectory::list(&self.0, after, limit).await
    }

    async fn update(
        &self,
        id: &SubjectId,
        patch: AccountPatch,
        audit: Audit<'_, UpdateOutcome>,
    ) -> Result<UpdateOutcome, StoreError> {
        yielding!(self.0.update(id, patch, audit))
    }

    async fn remove(&self, id: &SubjectId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        yielding!(self.0.remove(id, audit))
    }
}

#[async_trait]
impl SessionStore for Yielding {
    async fn create(&self, session: NewSession, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        yielding!(SessionStore::create(&self.0, session, audit))
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        SessionStore::find(&self.0, id).await
    }

    async fn list(
        &self,
        subject: &SubjectId,
        version: u64,
        now: Timestamp,
        page: Page<'_, SessionId>,
    ) -> Result<Vec<Session>, StoreError> {
        SessionStore::list(&self.0, subject, version, now, page).await
    }

    async fn redeem(&self, redeem: Redeem<'_>, audit: Audit<'_, Redeemed>) -> Result<Redeemed, StoreError> {
        yielding!(self.0.redeem(redeem, audit))
    }

    async fn end(&self, subject: &SubjectId, id: &SessionId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        yielding!(self.0.end(subject, id, audit))
    }

    async fn end_all(
        &self,
        subject: &SubjectId,
        limit: u32,
        audit: Audit<'_, Vec<SessionId>>,
    ) -> Result<Vec<SessionId>, StoreError> {
        yielding!(self.0.end_all(subject, limit, audit))
    }

    async fn step_up(
        &self,
        step_up: StepUp<'_>,
        audit: Audit<'_, Option<Session>>,
    ) -> Result<Option<Session>, StoreError> {
        yielding!(self.0.step_up(step_up, audit))
    }

    async fn find_by_refresh_token(&self, token: &TokenHash) -> Result<Option<RefreshTokenRecord>, StoreError> {
        self.0.find_by_refresh_token(token).await
    }
}

#[async_trait]
impl ApiKeyStore for Yielding {
    async fn create(&self, key: ApiKeyRecord, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        yielding!(ApiKeyStore::create(&self.0, key, audit))
    }

    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
        ApiKeyStore::find(&self.0, id).await
    }

    async fn find_imported(&self, hash: &TokenHash) -> Result<Option<ApiKeyId>, StoreError> {
        self.0.find_imported(hash).await
    }

    async fn list(&self, owner: Option<&SubjectId>, page: Page<'_, ApiKeyId>) -> Result<Vec<ApiKeyRecord>, StoreError> {
        ApiKeyStore::list(&self.0, owner, page).await
    }

    async fn rotate(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        hash: &TokenHash,
        until: Timestamp,
        audit: Audit<'_, Option<ApiKeyRecord>>,
    ) -> Result<Option<ApiKeyRecord>, StoreError> {
        yielding!(self.0.rotate(id, owner, hash, until, audit))
    }

    async fn revoke(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        yielding!(self.0.revoke(id, owner, audit))
    }

    async fn revoke_all(
        &self,
        keys: KeysOf<'_>,
        limit: u32,
        audit: Audit<'_, Vec<ApiKeyId>>,
    ) -> Result<Vec<ApiKeyId>, StoreError> {
        yielding!(self.0.revoke_all(keys, limit, audit))
    }

    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        self.0.touch(id, at).await
    }
}

#[async_trait]
impl OneTimeTokens for Yielding {
    async fn issue_token(&self, token: OneTimeToken, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        yielding!(self.0.issue_token(token, audit))
    }

    async fn find_token(&self, hash: &TokenHash) -> Result<Option<OneTimeToken>, StoreError> {
        self.0.find_token(hash).await
    }

    async fn redeem_token(
        &self,
        hash: &TokenHash,
        purpose: Purpose,
        now: Timestamp,
        audit: Audit<'_, Option<OneTimeToken>>,
    ) -> Result<Option<OneTimeToken>, StoreError> {
        yielding!(self.0.redeem_token(hash, purpose, now, audit))
    }

    async fn verified_email(&self, subject: &SubjectId) -> Result<Option<VerifiedEmail>, StoreError> {
        self.0.verified_email(subject).await
    }

    async fn forget_tokens(&self, subject: &SubjectId) -> Result<(), StoreError> {
        yielding!(self.0.forget_tokens(subject))
    }
}

#[async_trait]
impl SecondFactors for Yielding {
    async fn enrol_factor(&self, factor: NewFactor, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        yielding!(self.0.enrol_factor(factor, audit))
    }

    async fn factors(&self, subject: &SubjectId) -> Result<Vec<Factor>, StoreError> {
        self.0.factors(subject).await
    }

    async fn confirm_factor(
        &self,
        id: &FactorId,
        counter: u64,
        now: Timestamp,
        codes: &[TokenHash],
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        yielding!(self.0.confirm_factor(id, counter, now, codes, audit))
    }

    async fn use_factor(
        &self,
        id: &FactorId,
        counter: u64,
        now: Timestamp,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        yielding!(self.0.use_factor(id, counter, now, audit))
    }

    async fn use_recovery_code(
        &self,
        subject: &SubjectId,
        code: &TokenHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        yielding!(self.0.use_recovery_code(subject, code, audit))
    }

    async fn remove_factors(
        &self,
        subject: &SubjectId,
        kind: FactorKind,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        yielding!(self.0.remove_factors(subject, kind, audit))
    }

    async fn forget_factors(&self, subject: &SubjectId) -> Result<(), StoreError> {
        yielding!(self.0.forget_factors(subject))
    }
}

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

#[async_trait]
impl RolePermissions for Yielding {
    async fn permissions_of(&self, role: &str) -> Result<Vec<Box<str>>, StoreError> {
        self.0.permissions_of(role).await
    }
}

#[async_trait]
impl RoleStore for Yielding {
    async fn set_permissions(
        &self,
        role: &str,
        permissions: &[Box<str>],
        audit: Audit<'_, ()>,
    ) -> Result<(), StoreError> {
        yielding!(self.0.set_permissions(role, permissions, audit))
    }

    async fn remove_role(&self, role: &str, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        yielding!(self.0.remove_role(role, audit))
    }

    async fn roles(&self, after: Option<&str>, limit: u32) -> Result<Vec<StoredRole>, StoreError> {
        self.0.roles(after, limit).await
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
        auth.settled().await;
        let rows = store.events(&AuditFilter::default(), 100).await.unwrap().len();
        let scene =
            Self { auth, store, events, outbox, ada, first, second, key, sessions: 2, totp: (String::new(), 0), rows };
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

#[tokio::test]
async fn in_a_registration() {
    let bob = || Registration::new("bob@example.com", PASSWORD);
    hang_up(
        &["user_registered", "one_time_token_issued"],
        async |scene| scene.auth.register(&context(), bob()).await.map(|_| ()),
        async |scene| {
            let changed = scene.store.find_by_login("bob@example.com").await.unwrap().is_some();
            Effect { changed, seen: true }
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_login() {
    hang_up(
        &["login_succeeded"],
        async |scene| scene.auth.login(&context(), Login::new("ada@example.com", PASSWORD)).await.map(|_| ()),
        async |scene| Effect { changed: scene.sessions().await > scene.sessions, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_a_refresh() {
    hang_up(
        &["token_refreshed"],
        async |scene| scene.auth.refresh(&context(), scene.first.refresh.expose()).await.map(|_| ()),
        async |scene| {
            let token = scene.store.find_by_refresh_token(&scene.first.refresh.hash()).await.unwrap().unwrap();
            Effect { changed: token.used, seen: true }
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_logout() {
    hang_up(
        &["session_ended"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            scene.auth.logout(&context(), &identity).await
        },
        async |scene| Effect {
            changed: scene.sessions().await < scene.sessions,
            seen: scene.first_status().await == 401,
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_logout_everywhere() {
    hang_up(
        &["tokens_revoked", "sessions_ended"],
        async |scene| scene.auth.logout_everywhere(&context(), &scene.ada).await,
        async |scene| Effect {
            changed: scene.record().await.state.version > 0,
            seen: (scene.first_status().await, scene.second_status().await, scene.sessions().await) == (401, 401, 0),
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_password_change() {
    hang_up(
        &["session_ended", "password_changed", "sessions_ended", "login_succeeded"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            let context = context();
            let change = scene.auth.change_password(&context, &identity, PASSWORD.into(), NEW_PASSWORD.into());
            change.await.map(|_| ())
        },
        async |scene| Effect {
            changed: scene.record().await.state.version > 0,
            seen: (scene.first_status().await, scene.second_status().await, scene.sessions().await) == (401, 401, 1),
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_sign_in() {
    hang_up(
        &["login_succeeded"],
        async |scene| scene.auth.sign_in(&context(), SignIn::subject(&scene.ada).amr("otp")).await.map(|_| ()),
        async |scene| Effect { changed: scene.sessions().await > scene.sessions, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_the_setting_of_a_password() {
    hang_up(
        &["password_changed", "sessions_ended"],
        async |scene| {
            let set = scene.auth.set_password(&context(), &scene.ada, NEW_PASSWORD.into(), Keep::None).await;
            set.map(|_| ())
        },
        async |scene| Effect {
            changed: scene.record().await.state.version > 0,
            seen: (scene.first_status().await, scene.second_status().await, scene.sessions().await) == (401, 401, 0),
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_password_of_the_application() {
    hang_up(
        &["password_changed", "sessions_ended", "login_succeeded"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            let (store, subject) = (Yielding(scene.store.clone()), scene.ada.clone());
            let write = async move |version| {
                let hash = PasswordHash::from_stored("another");
                let written = UserStore::set_password(&store, &subject, version, &hash, Audit::none()).await?;
                Ok::<_, AccountError>(written.is_some())
            };
            let keep = Keep::Session(&identity);
            scene.auth.set_password_with(&context(), &scene.ada, keep, write).await.map(|_| ())
        },
        async |scene| Effect {
            changed: scene.record().await.state.version > 0,
            seen: (scene.first_status().await, scene.second_status().await, scene.sessions().await) == (401, 401, 1),
        },
    )
    .await;
}

/// An error of the statement, such as a name that is taken, costs no session; one that changes nothing is refused.
#[tokio::test]
async fn a_password_that_the_application_does_not_write_ends_no_session() {
    let scene = Scene::new().await;
    let identity = identity(&scene.auth, scene.first.access.expose()).await;
    for (written, error) in
        [(Err(AccountError::EmailTaken), AccountError::EmailTaken), (Ok(false), AccountError::CallerChanged)]
    {
        let write = async move |_| written;
        let keep = Keep::Session(&identity);
        let refused = scene.auth.set_password_with(&context(), &scene.ada, keep, write).await;
        assert_eq!(refused.err(), Some(error));
        assert_eq!((scene.first_status().await, scene.second_status().await, scene.sessions().await), (200, 200, 2));
        assert_eq!(scene.events.take(), [] as [&str; 0]);
    }
    // A statement that forgets the version leaves earlier tokens alive: no new ones, and an error in the log.
    let keep = Keep::Session(&identity);
    let forgot = async |_| Ok::<_, AccountError>(true);
    let refused = scene.auth.set_password_with(&context(), &scene.ada, keep, forgot).await;
    assert!(matches!(refused, Err(AccountError::Misconfigured { .. })), "{refused:?}");
    // The session that is to be kept has ended.
    let keep = Keep::Session(&identity);
    let unread = async |_| -> Result<bool, AccountError> { panic!("the password of an ended session was written") };
    let refused = scene.auth.set_password_with(&context(), &scene.ada, keep, unread).await;
    assert_eq!(refused.err(), Some(AccountError::CallerChanged));
}

#[tokio::test]
async fn in_a_registration_of_the_application() {
    let id: SubjectId = "7".parse().unwrap();
    for polls in 0..4 {
        let scene = Scene::new().await;
        {
            let context = context();
            let mut running = pin!(scene.auth.registered(&context, &id));
            for _ in 0..polls {
                let _ = std::future::poll_fn(|cx| Poll::Ready(running.as_mut().poll(cx))).await;
            }
        }
        scene.auth.settled().await;
        let expected: &[&str] = if polls == 0 { &[] } else { &["user_registered"] };
        assert_eq!(scene.events.take(), expected, "after {polls} polls");
    }
}

#[tokio::test]
async fn in_a_request_for_a_new_password() {
    hang_up(
        &["one_time_token_issued"],
        async |scene| {
            scene.auth.request_password_reset(&context(), "ada@example.com").await?;
            // The request has been answered; what is cancelled is the wait for the rest.
            scene.auth.settled().await;
            Ok(())
        },
        async |scene| {
            let rows = scene.store.events(&AuditFilter::default(), 100).await.unwrap().len();
            Effect { changed: rows > scene.rows, seen: true }
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_reset_of_a_password() {
    hang_up(
        &["one_time_token_used", "password_changed", "sessions_ended"],
        async |scene| {
            let token = scene.token(Purpose::PasswordReset);
            scene.auth.reset_password(&context(), &token, NEW_PASSWORD.into()).await
        },
        async |scene| Effect {
            changed: scene.record().await.state.version > 0,
            seen: (scene.first_status().await, scene.second_status().await, scene.sessions().await) == (401, 401, 0),
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_verification_of_an_address() {
    hang_up(
        &["one_time_token_used"],
        async |scene| {
            let token = scene.token(Purpose::EmailVerification);
            scene.auth.verify_email(&context(), &token).await.map(|_| ())
        },
        async |scene| Effect { changed: scene.store.verified_email(&scene.ada).await.unwrap().is_some(), seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_a_login_by_magic_link() {
    hang_up(
        &["one_time_token_used", "login_succeeded"],
        async |scene| {
            let login = MagicLinkLogin::new(scene.token(Purpose::MagicLink));
            scene.auth.magic_link_login(&context(), login).await.map(|_| ())
        },
        async |scene| Effect { changed: scene.sessions().await > scene.sessions, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_the_enrolment_of_an_authenticator() {
    hang_up(
        &["second_factor_enrolled"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            scene.auth.enrol_totp(&context(), &identity).await.map(|_| ())
        },
        async |scene| Effect { changed: scene.factor().await.is_some(), seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_the_confirmation_of_an_authenticator() {
    hang_up_in(
        Scene::enrolled,
        &["second_factor_confirmed"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            scene.auth.confirm_totp(&context(), &identity, scene.code(0)).await.map(|_| ())
        },
        async |scene| Effect {
            changed: scene.factor().await.is_some_and(|factor| factor.confirmed_at.is_some()),
            seen: true,
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_login_with_a_second_factor() {
    hang_up_in(
        Scene::with_second_factor,
        &["second_factor_used", "login_succeeded"],
        async |scene| {
            let mut login = Login::new("ada@example.com", PASSWORD);
            login.otp = Some(scene.code(1));
            scene.auth.login(&context(), login).await.map(|_| ())
        },
        async |scene| Effect { changed: scene.sessions().await > scene.sessions, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_a_step_up() {
    hang_up_in(
        Scene::with_second_factor,
        &["second_factor_used", "stepped_up"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            let mut step_up = auth_core::StepUp::default();
            step_up.otp = Some(scene.code(1));
            scene.auth.step_up(&context(), &identity, step_up).await.map(|_| ())
        },
        async |scene| {
            let sessions = SessionStore::list(&scene.store, &scene.ada, 0, Timestamp::from_secs(0), Page::first(10));
            let changed = sessions.await.unwrap().iter().any(|session| session.amr == "pwd otp mfa");
            Effect { changed, seen: true }
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_removal_of_an_authenticator() {
    hang_up_in(
        Scene::with_second_factor,
        &["second_factor_used", "second_factor_removed"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            scene.auth.remove_totp(&context(), &identity, Some(scene.code(1))).await
        },
        async |scene| Effect { changed: scene.factor().await.is_none(), seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_a_change_of_an_account() {
    hang_up(
        &["account_updated"],
        async |scene| {
            let patch = AccountPatch { active: Some(false), ..AccountPatch::default() };
            scene.auth.update_account(&context(), &scene.ada, patch).await.map(|_| ())
        },
        async |scene| Effect {
            changed: !scene.record().await.state.active,
            seen: (scene.first_status().await, scene.key_status().await) == (401, 401),
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_removal_of_an_account() {
    hang_up(
        &["account_removed", "sessions_ended", "api_key_revoked"],
        async |scene| scene.auth.remove_account(&context(), &scene.ada).await,
        async |scene| Effect {
            changed: scene.store.find_by_id(&scene.ada).await.unwrap().is_none(),
            seen: (scene.first_status().await, scene.key_status().await) == (401, 401),
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_creation_of_a_key() {
    let new = || NewApiKey::new("hourly");
    hang_up(
        &["api_key_created"],
        async |scene| scene.auth.create_api_key(&context(), &scene.ada, new()).await.map(|_| ()),
        async |scene| Effect {
            changed: ApiKeyStore::list(&scene.store, None, Page::first(10)).await.unwrap().len() == 2,
            seen: true,
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_rotation_of_a_key() {
    hang_up(
        &["api_key_rotated"],
        async |scene| scene.auth.rotate_api_key(&context(), scene.key.key.id()).await.map(|_| ()),
        async |scene| {
            let record = ApiKeyStore::find(&scene.store, scene.key.key.id()).await.unwrap().unwrap();
            Effect { changed: record.previous.is_some(), seen: scene.key_status().await == 200 }
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_revocation_of_a_key() {
    hang_up(
        &["api_key_revoked"],
        async |scene| scene.auth.revoke_api_key(&context(), scene.key.key.id()).await,
        async |scene| {
            let gone = ApiKeyStore::find(&scene.store, scene.key.key.id()).await.unwrap().is_none();
            Effect { changed: gone, seen: scene.key_status().await == 401 }
        },
    )
    .await;
}

#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    UsersRead,
}

/// The status of a guard that asks for the permission, for a subject with the role `support`.
async fn permission_status(scene: &Scene) -> u16 {
    #[require_permission(UsersRead)]
    async fn read() {}
    use tower_service::Service as _;
    let mut app: axum::Router = GuardedRouter::new().route("/", get(read)).with_state(scene.auth.clone());
    let request =
        axum::http::Request::get("/").header("authorization", format!("Bearer {}", scene.first.access.expose()));
    app.call(request.body(axum::body::Body::empty()).unwrap()).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn in_a_change_of_a_role() {
    hang_up(
        &["role_changed"],
        async |scene| {
            assert_eq!(permission_status(scene).await, 403, "now it is cached that the role has no permission");
            scene.auth.set_role_permissions(&context(), "support", &[Permission::UsersRead]).await
        },
        async |scene| Effect {
            changed: !scene.store.permissions_of("support").await.unwrap().is_empty(),
            seen: permission_status(scene).await == 200,
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_removal_of_a_role() {
    let role = "auditor";
    hang_up(
        &["role_removed"],
        async |scene| scene.auth.remove_role(&context(), role).await,
        async |scene| Effect { changed: scene.store.permissions_of(role).await.unwrap().is_empty(), seen: true },
    )
    .await;
}

/// Keys of the user beside the scene's own.
async fn more_keys(scene: &Scene) -> bool {
    scene.auth.api_keys_of(&scene.ada, Page::first(10)).await.unwrap().len() == 2
}

#[tokio::test]
async fn in_the_creation_of_an_own_key() {
    hang_up(
        &["api_key_created"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            scene.auth.create_own_api_key(&context(), &identity, NewApiKey::new("mine")).await.map(|_| ())
        },
        async |scene| Effect { changed: more_keys(scene).await, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_the_derivation_of_a_key() {
    hang_up(
        &["api_key_derived"],
        async |scene| {
            let parent = &scene.key.record.id;
            scene.auth.derive_api_key_of(&context(), &scene.ada, parent, NewApiKey::new("less")).await.map(|_| ())
        },
        async |scene| Effect { changed: more_keys(scene).await, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_the_import_of_a_key() {
    hang_up(
        &["api_key_imported"],
        async |scene| {
            let hash = TokenHash::of("sk_live_of_the_former_service");
            scene.auth.import_api_key(&context(), &scene.ada, hash, NewApiKey::new("old")).await.map(|_| ())
        },
        async |scene| Effect { changed: more_keys(scene).await, seen: true },
    )
    .await;
}

#[tokio::test]
async fn a_change_that_fails_has_no_event_of_success() {
    let scene = Scene::new().await;
    let (stranger, context) = (SubjectId::random(), context());
    let missing = scene.auth.update_account(&context, &stranger, AccountPatch::default()).await;
    assert_eq!(missing, Err(AccountError::NotFound { what: "user" }));
    assert!(scene.auth.remove_account(&context, &stranger).await.is_err());
    assert!(scene.auth.revoke_api_key(&context, &ApiKeyId::random()).await.is_err());
    assert!(!scene.auth.end_session(&context, &scene.ada, &SessionId::random()).await.unwrap());
    let taken = Registration::new("ada@example.com", NEW_PASSWORD);
    assert_eq!(scene.auth.register(&context, taken).await, Err(AccountError::EmailTaken));
    assert_eq!(scene.events.take(), [] as [&str; 0]);
}

#[tokio::test]
async fn a_hash_that_cannot_be_verified_has_an_event_with_its_subject() {
    let scene = Scene::new().await;
    let version = scene.record().await.state.version;
    scene.store.set_password(&scene.ada, version, &PasswordHash::from_stored("!"), Audit::none()).await.unwrap();
    let refused = scene.auth.login(&context(), Login::new("ada@example.com", PASSWORD)).await;
    assert_eq!(refused.err(), Some(AccountError::InvalidCredentials));
    let mut events = Vec::new();
    let arrive = async {
        while events.len() < 2 {
            yield_now().await;
            events.extend(scene.events.take());
        }
    };
    tokio::time::timeout(crate::SOON, arrive).await.unwrap();
    assert_eq!(events, ["password_hash_unreadable", "login_failed"]);
}

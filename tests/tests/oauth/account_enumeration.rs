//! A failed login does not reveal whether an account exists: neither by its answer nor by its time.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::time::Duration;

use auth_core::limits::RateLimits;
use auth_core::password::PasswordHash;
use auth_core::prelude::*;
use auth_core::recovery::{Delivery, DeliveryError, Message, MessageKind};
use auth_core::store::{
    AccountPatch, Audit, MemoryStore, NewUser, UserDirectory as _, UserRegistry as _, UserStore as _,
};
use auth_core::{AccountError, Context, Login, Registration, testing};
use auth_tests::{Answer, Client, serve};
use serde_json::json;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

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

/// Status, headers and body, without the date.
fn whole(mut answer: Answer) -> String {
    answer.headers.remove("date");
    format!("{answer:?}")
}

async fn service(auth: &Auth) -> Client {
    Client::new(&serve(GuardedRouter::new().merge(auth.routes()).with_state(auth.clone())).await)
}

#[tokio::test]
async fn every_failed_login_has_one_answer() {
    let store = MemoryStore::new();
    let auth = testing::in_memory()
        .store(store.clone())
        .clock(testing::TestClock::at(auth_core::Timestamp::from_secs(1_800_000_000)))
        .build()
        .unwrap();
    let system = Context::system("test");
    auth.register(&system, Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    let (bob, _) = auth.register(&system, Registration::new("bob@example.com", PASSWORD)).await.unwrap();
    let inactive = AccountPatch { active: Some(false), ..AccountPatch::default() };
    store.update(&bob, inactive, Audit::none()).await.unwrap();
    let unreadable = NewUser::new("cyd@example.com".parse().unwrap(), PasswordHash::from_stored("$2b$10$truncated"));
    store.create(unreadable, Audit::none()).await.unwrap().unwrap();
    let client = service(&auth).await;
    // Up to the limit of the account, and beyond it.
    for attempt in 0..12 {
        let mut answers = Vec::new();
        for (name, password) in
            [("ada", "another three words"), ("unknown", PASSWORD), ("bob", PASSWORD), ("cyd", PASSWORD)]
        {
            answers.push(whole(client.try_login(&format!("{name}@example.com"), password).await));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "attempt {attempt}: {answers:#?}");
        assert!(
            answers[0].contains(if attempt < 10 { "status: 401" } else { "status: 429" }),
            "{attempt}: {}",
            answers[0]
        );
    }
}

type Sent = (String, &'static str, String);

#[derive(Clone, Default)]
struct Inbox(Arc<Mutex<Vec<Sent>>>);

#[async_trait::async_trait]
impl Delivery for Inbox {
    async fn send(&self, message: Message) -> Result<(), DeliveryError> {
        let kind = match &message.kind {
            MessageKind::Registration(_) => "registration",
            MessageKind::AccountExists(_) => "account exists",
            _ => "another",
        };
        self.0.lock().unwrap().push((message.to.to_string(), kind, message.token().to_owned()));
        Ok(())
    }
}

#[tokio::test]
async fn a_private_registration_tells_no_one_who_has_an_account() {
    let (store, inbox) = (MemoryStore::new(), Inbox::default());
    let builder = testing::in_memory().store(store.clone()).delivery(inbox.clone()).private_registration();
    let auth = builder.build().unwrap();
    let client = service(&auth).await;
    let register = async |email: &str, password: &str| {
        let answer = client.post_json("/auth/register", &json!({ "email": email, "password": password })).await;
        auth.settled().await;
        answer
    };
    let first = register("ada@example.com", PASSWORD).await;
    assert_eq!((first.status.as_u16(), first.text.as_str()), (202, ""));
    let again = register("Ada@Example.com", "four words and no comma").await;
    assert_eq!(whole(again), whole(first));
    let sent: Vec<_> = inbox.0.lock().unwrap().drain(..).collect();
    let kinds: Vec<_> = sent.iter().map(|(to, kind, _)| (to.as_str(), *kind)).collect();
    assert_eq!(kinds, [("ada@example.com", "registration"), ("ada@example.com", "account exists")]);
    // A login does not tell it either: no password of a registration logs in.
    for password in [PASSWORD, "four words and no comma"] {
        assert_eq!(client.try_login("ada@example.com", password).await.status, 401);
    }
    // The newer message replaces the older one.
    let reset = |token: &str| json!({ "token": token, "new_password": "a third one and a comma" });
    assert_eq!(client.post_json("/auth/password/reset", &reset(&sent[0].2)).await.status, 401);
    assert_eq!(client.post_json("/auth/password/reset", &reset(&sent[1].2)).await.status, 204);
    let tokens = client.login("ada@example.com", "a third one and a comma").await;
    assert!(client.get_as(&tokens.access, "/auth/sessions").await.status.is_success());
    let ada = store.find_by_login("ada@example.com").await.unwrap().unwrap().id;
    assert!(auth.email_verified_at(&ada).await.unwrap().is_some());
    // Who registered the address first has no password of the account.
    for password in [PASSWORD, "four words and no comma"] {
        assert_eq!(client.try_login("ada@example.com", password).await.status, 401);
    }
    // The account stays as it is.
    register("ada@example.com", PASSWORD).await;
    assert_eq!(client.try_login("ada@example.com", PASSWORD).await.status, 401);
    assert_eq!(client.try_login("ada@example.com", "a third one and a comma").await.status, 200);
    // The message of a registration completes it.
    inbox.0.lock().unwrap().clear();
    register("bea@example.com", PASSWORD).await;
    let (to, kind, token) = inbox.0.lock().unwrap().pop().unwrap();
    assert_eq!((to.as_str(), kind), ("bea@example.com", "registration"));
    assert_eq!(client.post_json("/auth/password/reset", &reset(&token)).await.status, 204);
    assert_eq!(client.try_login("bea@example.com", PASSWORD).await.status, 401);
    assert_eq!(client.try_login("bea@example.com", "a third one and a comma").await.status, 200);
    // What is wrong with the request alone is answered, for both alike.
    for (email, password) in [("ada@example.com", "short"), ("new@example.com", "short"), ("no address", PASSWORD)] {
        register(email, password).await.is_problem(422);
    }
    // Messages to one address are limited, with an account or without.
    for email in ["ada@example.com", "new@example.com"] {
        let mut statuses = Vec::new();
        for _ in 0..12 {
            statuses.push(register(email, PASSWORD).await.status.as_u16());
        }
        assert_eq!(statuses.last(), Some(&429), "{email}: {statuses:?}");
    }
    // An inactive user gets no message.
    inbox.0.lock().unwrap().clear();
    let user = NewUser::new("bob@example.com".parse().unwrap(), PasswordHash::from_stored("!"));
    let bob = store.create(user, Audit::none()).await.unwrap().unwrap();
    let inactive = AccountPatch { active: Some(false), ..AccountPatch::default() };
    store.update(&bob, inactive, Audit::none()).await.unwrap();
    assert_eq!(register("bob@example.com", PASSWORD).await.status, 202);
    assert!(inbox.0.lock().unwrap().is_empty());
}

/// Every registration waits for the hashing threads before its answer, as a login does.
#[test]
fn every_private_registration_hashes_a_password() {
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let auth = testing::in_memory().delivery(Inbox::default()).private_registration().build().unwrap();
        let context = Context::system("test");
        auth.register(&context, Registration::new("ada@example.com", PASSWORD)).await.unwrap();
        for email in ["ada@example.com", "new@example.com"] {
            let (release, held) = mpsc::channel::<()>();
            let holder = tokio::task::spawn_blocking(move || held.recv_timeout(Duration::from_mins(5)));
            let mut registered = pin!(auth.register_privately(&context, Registration::new(email, PASSWORD)));
            for _ in 0..100 {
                let is_pending = poll_fn(|context| Poll::Ready(registered.as_mut().poll(context).is_pending())).await;
                assert!(is_pending, "{email} was answered without hashing");
                tokio::task::yield_now().await;
            }
            release.send(()).unwrap();
            registered.await.unwrap();
            holder.await.unwrap().unwrap();
        }
    });
}

#[test]
fn a_private_registration_needs_a_delivery() {
    let built = testing::in_memory().private_registration().build();
    assert!(matches!(built, Err(auth_core::BuildError::Setting { setting: "private_registration", .. })), "{built:?}");
}

/// While the hashing threads are occupied, logins wait in a bounded queue, and guarded requests do not wait at all.
#[test]
fn guarded_requests_go_on_while_clients_flood_the_login() {
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let auth = testing::in_memory().rate_limits(RateLimits::off()).build().unwrap();
        let context = Context::system("test");
        let (ada, _) = auth.register(&context, Registration::new("ada@example.com", PASSWORD)).await.unwrap();
        let token = testing::sign_in(&auth, &ada, "pwd", "").await.unwrap();
        let client = service(&auth).await;
        // The first login also reads the formats of stored hashes, on a thread of its own.
        client.try_login("ada@example.com", PASSWORD).await.tokens();
        let (release, held) = mpsc::channel::<()>();
        let holder = tokio::task::spawn_blocking(move || held.recv_timeout(Duration::from_mins(5)));
        let mut logins = JoinSet::new();
        let refused = loop {
            let auth = auth.clone();
            logins.spawn(async move {
                let login = Login::new("unknown@example.com", PASSWORD);
                auth.login(&Context::system("test"), login).await.map(drop)
            });
            tokio::task::yield_now().await;
            if let Some(refused) = logins.try_join_next() {
                break refused.unwrap();
            }
            assert!(logins.len() < 20_000, "the queue of logins is unbounded");
        };
        assert_eq!(refused, Err(AccountError::Overloaded));
        let answer = client.try_login("ada@example.com", PASSWORD).await;
        assert_eq!(answer.is_problem(503).header("retry-after"), Some("1"));
        assert_eq!(client.get_as(token.expose(), "/auth/sessions").await.status, 200);
        logins.abort_all();
        release.send(()).unwrap();
        holder.await.unwrap().unwrap();
    });
}

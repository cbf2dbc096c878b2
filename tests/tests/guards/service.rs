//! A guarded service on a bound socket, with a store in memory and a test clock.

use std::time::Duration;

use auth_core::prelude::*;
use auth_core::store::{Audit, MemoryStore, NewUser, UserRegistry};
use auth_core::testing::{TestClock, sign_in};
use auth_core::token::SigningKey;
use auth_core::{AuthBuilder, Context, Email, NewApiKey, Timestamp};
use axum::Router;
use reqwest::{Method, RequestBuilder, Response};

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    User,
    #[role(includes(User))]
    Moderator,
    #[role(includes(Moderator))]
    Admin,
    Guest,
}

pub(crate) struct Service {
    pub(crate) auth: Auth,
    pub(crate) clock: TestClock,
    pub(crate) url: String,
    pub(crate) store: MemoryStore,
}

impl Service {
    /// Serves `router`, which is built from the `Auth` that guards it.
    pub(crate) async fn start(router: impl FnOnce(&Auth) -> Router) -> Self {
        Self::start_with(|builder| builder, router).await
    }

    pub(crate) async fn start_with(
        set: impl FnOnce(AuthBuilder) -> AuthBuilder,
        router: impl FnOnce(&Auth) -> Router,
    ) -> Self {
        let (auth, clock, store) = auth(set);
        let url = auth_tests::serve(router(&auth)).await;
        Self { auth, clock, url, store }
    }

    /// A new user with these roles.
    pub(crate) async fn user(&self, roles: &[Role]) -> SubjectId {
        user(&self.store, roles.iter().map(ToString::to_string).collect()).await
    }

    /// A new user with a role of this name, which need not be one of [`Role`].
    pub(crate) async fn user_named(&self, role: &str) -> SubjectId {
        user(&self.store, vec![role.to_owned()]).await
    }

    /// An access token of a new user with these roles, issued now, by password.
    pub(crate) async fn token(&self, roles: &[Role]) -> String {
        self.token_of(&self.user(roles).await, "pwd", "").await
    }

    pub(crate) async fn token_of(&self, user: &SubjectId, amr: &str, scope: &str) -> String {
        sign_in(&self.auth, user, amr, scope).await.unwrap().expose().to_owned()
    }

    /// An API key with these scopes.
    pub(crate) async fn key(&self, scopes: &[&str]) -> String {
        let owner = self.user(&[]).await;
        key(&self.auth, &owner, scopes).await
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        reqwest::Client::new().request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn with_token(&self, path: &str, token: &str) -> Answer {
        Answer::of(&self.get(path).bearer_auth(token).send().await.unwrap())
    }

    pub(crate) async fn with_key(&self, path: &str, key: &str) -> Answer {
        Answer::of(&self.get(path).header("x-api-key", key).send().await.unwrap())
    }

    pub(crate) async fn anonymously(&self, path: &str) -> Answer {
        Answer::of(&self.get(path).send().await.unwrap())
    }

    pub(crate) fn wait(&self, span: Duration) {
        self.clock.advance(span);
    }
}

pub(crate) fn auth(set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> (Auth, TestClock, MemoryStore) {
    let clock = TestClock::at(NOW);
    let store = MemoryStore::default();
    let key = SigningKey::hs256(&"a secret of these tests alone: Vq83".to_owned().into()).unwrap();
    let builder = Auth::builder(key, "https://issuer.example", "api").store(store.clone()).clock(clock.clone());
    // Tokens outlive every change of the clock in these tests, so only guards refuse.
    let builder = builder.access_ttl(Duration::from_hours(24));
    (set(builder).build().unwrap(), clock, store)
}

pub(crate) async fn user(store: &MemoryStore, roles: Vec<String>) -> SubjectId {
    let email: Email = format!("{}@example.com", SubjectId::random()).parse().unwrap();
    let password_hash = auth_core::password::PasswordHash::from_stored("no password fits this");
    let roles = roles.into_iter().map(Into::into).collect();
    store.create(NewUser::new(email, password_hash).with_roles(roles), Audit::none()).await.unwrap().unwrap()
}

pub(crate) async fn key(auth: &Auth, owner: &SubjectId, scopes: &[&str]) -> String {
    let scopes = scopes.iter().map(|scope| (*scope).into()).collect();
    let new = NewApiKey { scopes, ..NewApiKey::new("a key") };
    auth.create_api_key(&Context::system("test"), owner, new).await.unwrap().key.expose().to_owned()
}

/// Status and challenges, joined by ` & `.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) challenge: String,
}

impl Answer {
    pub(crate) fn of(response: &Response) -> Self {
        let challenges = response.headers().get_all("www-authenticate").iter().map(|value| value.to_str().unwrap());
        Self { status: response.status().as_u16(), challenge: challenges.collect::<Vec<_>>().join(" & ") }
    }
}

/// Accepted, and so answered without a challenge.
pub(crate) fn let_in() -> Answer {
    Answer { status: 200, challenge: String::new() }
}

pub(crate) fn refused(status: u16, parameters: &str) -> Answer {
    let parameters = if parameters.is_empty() { String::new() } else { format!(", {parameters}") };
    Answer { status, challenge: format!("Bearer realm=\"api\"{parameters}") }
}

/// The same on a route that takes API keys.
pub(crate) fn refused_with_key(status: u16, parameters: &str) -> Answer {
    let Answer { challenge, .. } = refused(status, parameters);
    Answer { status, challenge: format!("{challenge} & ApiKey realm=\"api\"") }
}

pub(crate) const NOTHING: &str = "";
pub(crate) const INVALID: &str = "error=\"invalid_token\"";
pub(crate) const INSUFFICIENT: &str = "error=\"insufficient_scope\"";

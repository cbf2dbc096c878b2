//! `Auth::invalidate_all`: sessions and keys that were removed behind the caches. Subjects and other nodes are in `context`,
//! roles in `permissions`.

use std::time::Duration;

use auth_core::prelude::*;
use auth_core::store::{ApiKeyStore as _, Audit, SessionStore as _};
use auth_core::{ApiKeyId, Context, SessionId};

use crate::service::{self, Service};

#[require_auth]
async fn by_token(identity: Identity) -> String {
    identity.session().map_or_else(String::new, ToString::to_string)
}

#[api_key]
async fn by_key(key: ApiKeyIdentity) -> String {
    key.id().to_string()
}

fn app(auth: &Auth) -> axum::Router {
    GuardedRouter::new().route("/token", get(by_token)).route("/key", get(by_key)).with_state(auth.clone())
}

/// A node whose caches keep what they have for longer than any test, with a token and a key that it has cached.
struct Cached {
    service: Service,
    user: SubjectId,
    token: String,
    session: SessionId,
    key: String,
    key_id: ApiKeyId,
}

impl Cached {
    async fn start() -> Self {
        let service = Service::start_with(|builder| builder.cache_ttl(Duration::from_hours(1)), app).await;
        let user = service.user(&[]).await;
        let token = service.token_of(&user, "pwd", "").await;
        let key = service::key(&service.auth, &service.user(&[]).await, &[]).await;
        let session = service.get("/token").bearer_auth(&token).send().await.unwrap().text().await.unwrap();
        let key_id = service.get("/key").header("x-api-key", &key).send().await.unwrap().text().await.unwrap();
        // The first use of a key writes its time, and the second one reads it into the cache.
        service.with_key("/key", &key).await;
        let (session, key_id) = (session.parse().unwrap(), key_id.parse().unwrap());
        Self { service, user, token, session, key, key_id }
    }

    async fn answers(&self) -> [u16; 2] {
        [
            self.service.with_token("/token", &self.token).await.status,
            self.service.with_key("/key", &self.key).await.status,
        ]
    }

    /// The answers before and after `invalidate_all`.
    async fn before_and_after(&self) -> [[u16; 2]; 2] {
        let before = self.answers().await;
        self.service.auth.invalidate_all(&Context::system("test")).await;
        [before, self.answers().await]
    }
}

#[tokio::test]
async fn sessions_and_keys_are_read_again() {
    let cached = Cached::start().await;
    assert_eq!(cached.before_and_after().await, [[200, 200]; 2], "without a change");
    let store = &cached.service.store;
    assert!(store.end(&cached.user, &cached.session, Audit::none()).await.unwrap());
    assert_eq!(cached.before_and_after().await, [[200, 200], [401, 200]], "a session has ended");

    let cached = Cached::start().await;
    let store = &cached.service.store;
    assert!(store.revoke(&cached.key_id, None, Audit::none()).await.unwrap());
    assert_eq!(cached.before_and_after().await, [[200, 200], [200, 401]], "a key is revoked");
}

//! A service of three nodes. Users, sessions and keys are in one PostgreSQL; Redis carries word of changes between the
//! nodes, and the counters of rate limits. Any node answers any request.

mod client;

use std::error::Error;
use std::io;

use auth_core::cluster::{RedisCounters, RedisFanout};
use auth_core::prelude::*;
use auth_core::store::{AccountPatch, PostgresStore};
use auth_core::token::SigningKey;
use auth_core::{Context, Refusal};
use axum::extract::State;
use axum::http::StatusCode;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use client::{Step, demonstrate};

/// The roles.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Every registered user.
    User,
    /// Disables users.
    #[role(includes(User))]
    Admin,
}

/// What all nodes share.
#[derive(Clone)]
pub struct Shared {
    store: PostgresStore,
    redis_url: String,
    namespace: String,
    secret: SecretString,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

impl Shared {
    /// Opens the database. `namespace` is the prefix of this service's keys and channels in Redis.
    ///
    /// # Errors
    ///
    /// When the database cannot be used.
    pub async fn open(
        database_url: &str,
        redis_url: &str,
        namespace: &str,
        secret: SecretString,
    ) -> Result<Self, Box<dyn Error>> {
        let store = PostgresStore::open(database_url).await?;
        Ok(Self { store, redis_url: redis_url.to_owned(), namespace: namespace.to_owned(), secret })
    }

    /// One node: its own caches, over what all share.
    ///
    /// # Errors
    ///
    /// When the URL of Redis or the secret cannot be used.
    pub fn node(&self) -> Result<Auth, Box<dyn Error>> {
        // The same issuer on every node, so that each accepts the tokens of the others.
        let auth = Auth::builder(SigningKey::hs256(&self.secret)?, "https://cluster.example", "cluster")
            .store(self.store.clone())
            .fanout(RedisFanout::new(&self.redis_url, &self.namespace)?)
            .shared_limits(RedisCounters::new(&self.redis_url, &self.namespace)?)
            .roles::<Role>()
            .new_user_role(Role::User)
            .build()?;
        Ok(auth)
    }
}

#[require_auth]
async fn me(identity: Identity) -> String {
    identity.subject().to_string()
}

#[require_role(Admin)]
async fn disable(
    State(auth): State<Auth>,
    axum::extract::Path(id): axum::extract::Path<SubjectId>,
    context: Context,
) -> Result<StatusCode, Refusal> {
    auth.update_account(&context, &id, AccountPatch { active: Some(false), ..AccountPatch::default() }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every route of a node.
pub fn routes(auth: &Auth) -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/me", get(me)).route("/users/{id}", delete(disable)).merge(auth.routes())
}

/// Starts a node on a free port; returns its URL, and the task that serves until SIGINT or SIGTERM.
///
/// # Errors
///
/// When no port is free.
pub async fn start(auth: Auth) -> Result<(String, JoinHandle<io::Result<()>>), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = routes(&auth).with_state(auth);
    Ok((url, tokio::spawn(auth_core::serve(listener, app).into_future())))
}

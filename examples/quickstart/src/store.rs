//! Where the service keeps what it knows: an SQLite file for one node, PostgreSQL for any number of them.

use auth_core::cluster::{ClusterError, PostgresFanout, RedisCounters, RedisFanout};
use auth_core::store::{PostgresStore, SqliteStore, StoreError};
use auth_core::{AuthBuilder, Dpop, PurgeTask, SettingsError};

use crate::serve::StartError;

const NAMESPACE: &str = "quickstart";

/// Whether the server is there shows only when it is needed, so this is all that can be wrong at the start.
fn wrong_redis_url(_: &ClusterError) -> SettingsError {
    SettingsError::new("REDIS_URL", "it is no URL of a Redis server; write `redis://HOST:PORT`")
}

/// Lets all nodes remember the used DPoP proofs together, where there is a Redis.
pub(crate) fn share_replays(dpop: Dpop, redis_url: Option<&str>) -> Result<Dpop, SettingsError> {
    match redis_url {
        Some(url) => Ok(dpop.replays_in(RedisCounters::new(url, NAMESPACE).map_err(|error| wrong_redis_url(&error))?)),
        None => Ok(dpop),
    }
}

/// The store that `DATABASE_URL` names.
#[derive(Clone)]
pub(crate) enum Store {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

impl Store {
    pub(crate) async fn open(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            return SqliteStore::open(url).await.map(Self::Sqlite);
        }
        PostgresStore::open(url).await.map(Self::Postgres)
    }

    /// What to look at when the store at `url` cannot be opened.
    pub(crate) fn mend(url: &str) -> &'static str {
        if url.starts_with("sqlite:") {
            "check that its folder is there and that this user may write to the folder and to the file"
        } else {
            "check that the server is there, has the database, and lets this user in"
        }
    }

    /// Whether other nodes may have the same one.
    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Gives the store to `builder`, and what the nodes tell each other by: Redis, or else PostgreSQL itself.
    pub(crate) fn give_to(&self, builder: AuthBuilder, redis_url: Option<&str>) -> Result<AuthBuilder, StartError> {
        let builder = match self {
            Self::Sqlite(store) => builder.store(store.clone()),
            Self::Postgres(store) => builder.store(store.clone()),
        };
        match (redis_url, self) {
            (Some(url), _) => {
                Ok(builder.fanout(RedisFanout::new(url, NAMESPACE).map_err(|error| wrong_redis_url(&error))?))
            }
            (None, Self::Postgres(store)) => Ok(builder.fanout(PostgresFanout::new(store))),
            (None, Self::Sqlite(_)) => Ok(builder),
        }
    }

    /// Removes what has expired, for as long as what this returns is held.
    pub(crate) fn keep_tidy(&self) -> PurgeTask {
        match self {
            Self::Sqlite(store) => PurgeTask::start(store.clone()),
            Self::Postgres(store) => PurgeTask::start(store.clone()),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}

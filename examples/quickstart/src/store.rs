//! The store: an SQLite file for one node; with the feature `cluster`, PostgreSQL for any number of nodes.

use auth_core::store::{OpenError, SqliteStore};
use auth_core::{AuthBuilder, Dpop, SettingsError};
#[cfg(feature = "cluster")]
use auth_core::{
    cluster::{ClusterError, PostgresCounters, PostgresFanout, RedisCounters, RedisFanout},
    store::PostgresStore,
};

use crate::serve::StartError;

/// The store that `DATABASE_URL` names. `Config` has refused a URL that this build has no engine for.
#[derive(Clone)]
pub(crate) enum Store {
    Sqlite(SqliteStore),
    #[cfg(feature = "cluster")]
    Postgres(PostgresStore),
}

impl Store {
    pub(crate) async fn open(url: &str) -> Result<Self, OpenError> {
        #[cfg(feature = "cluster")]
        if !url.starts_with("sqlite:") {
            return PostgresStore::open(url).await.map(Self::Postgres);
        }
        SqliteStore::open(url).await.map(Self::Sqlite)
    }

    /// Whether other nodes may use the same one.
    pub(crate) const fn is_shared(&self) -> bool {
        !matches!(self, Self::Sqlite(_))
    }

    /// Gives the store to `builder`, and the means by which nodes notify each other and count rate limits together: Redis,
    /// or else PostgreSQL itself.
    #[cfg_attr(not(feature = "cluster"), expect(unused_variables, clippy::unnecessary_wraps))]
    pub(crate) fn give_to(&self, builder: AuthBuilder, redis: Option<&Redis>) -> Result<AuthBuilder, StartError> {
        #[cfg(feature = "cluster")]
        let builder = match (redis, self) {
            (Some(redis), _) => builder
                .fanout(RedisFanout::new(&redis.url, &redis.namespace).map_err(invalid_redis_url)?)
                .shared_limits(redis.counters()?),
            (None, Self::Postgres(store)) => {
                builder.fanout(PostgresFanout::new(store)).shared_limits(PostgresCounters::new(store))
            }
            (None, Self::Sqlite(_)) => builder,
        };
        Ok(match self {
            Self::Sqlite(store) => builder.store(store.clone()),
            #[cfg(feature = "cluster")]
            Self::Postgres(store) => builder.store(store.clone()),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            #[cfg(feature = "cluster")]
            Self::Postgres(store) => store.close().await,
        }
    }
}

/// A Redis, and the prefix of this service's keys and channels there.
#[cfg_attr(not(feature = "cluster"), expect(dead_code))]
pub(crate) struct Redis {
    pub(crate) url: String,
    pub(crate) namespace: String,
}

impl Redis {
    /// Whether the URL is one.
    #[cfg_attr(not(feature = "cluster"), expect(clippy::unused_self, clippy::unnecessary_wraps))]
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        #[cfg(feature = "cluster")]
        self.counters()?;
        Ok(())
    }
}

#[cfg(feature = "cluster")]
impl Redis {
    fn counters(&self) -> Result<RedisCounters, SettingsError> {
        RedisCounters::new(&self.url, &self.namespace).map_err(invalid_redis_url)
    }
}

/// All nodes remember used DPoP proofs together where there is a Redis.
#[cfg(feature = "cluster")]
pub(crate) fn share_replays(dpop: Dpop, redis: Option<&Redis>) -> Result<Dpop, SettingsError> {
    match redis {
        Some(redis) => Ok(dpop.replays_in(redis.counters()?)),
        None => Ok(dpop),
    }
}

#[cfg(not(feature = "cluster"))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as with the feature")]
pub(crate) fn share_replays(dpop: Dpop, _redis: Option<&Redis>) -> Result<Dpop, SettingsError> {
    Ok(dpop)
}

/// Redis is connected to when it is first needed, so only the URL itself can be wrong at start.
#[cfg(feature = "cluster")]
fn invalid_redis_url(_: ClusterError) -> SettingsError {
    SettingsError::new("REDIS_URL", "not a Redis URL; write `redis://HOST:PORT`")
}

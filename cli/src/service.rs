//! The accounts of a service, reached by its database. Every change is an operation of `Auth`, with its event.

use std::path::PathBuf;
use std::sync::Arc;

use auth_core::cluster::{PostgresFanout, RedisFanout};
use auth_core::store::{PostgresStore, SqliteStore, UserStore};
use auth_core::token::{AuditKey, SigningKey, random_secret};
use auth_core::{Auth, Context, SubjectId};
use clap::Args;
use secrecy::SecretString;

use crate::error::Error;

/// Where the service keeps its accounts.
#[derive(Args, Debug)]
#[expect(clippy::struct_field_names, reason = "fields have the names of their options")]
pub(crate) struct Database {
    /// The database of the service: `sqlite://FILE` or `postgres://USER@HOST/DATABASE`. Arguments are visible to other users
    /// of the machine, so a URL with a password belongs into the variable.
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<String>,
    /// The Redis by which the service's nodes learn of changes. Without it they are notified by PostgreSQL, and a service on
    /// SQLite sees a change within its `AUTH_CACHE_BOUND`, 5 seconds by default.
    #[arg(
        long,
        global = true,
        env = "REDIS_URL",
        hide_env_values = true,
        value_name = "URL",
        requires = "redis_namespace"
    )]
    redis_url: Option<String>,
    /// The prefix of the service's channels in that Redis.
    #[arg(long, global = true, env = "REDIS_NAMESPACE", value_name = "NAME")]
    redis_namespace: Option<String>,
    /// The file of the key that links the rows of the service's audit trail, where it has one; `AUTH_AUDIT_KEY` is read as well.
    #[arg(long, global = true, env = "AUTH_AUDIT_KEY_FILE", value_name = "FILE")]
    audit_key_file: Option<PathBuf>,
    /// Create the SQLite file if there is none.
    #[arg(long, global = true)]
    create_database: bool,
}

enum Store {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

/// An `Auth` over the service's database.
pub(crate) struct Service {
    pub(crate) auth: Auth,
    users: Arc<dyn UserStore>,
}

impl Database {
    /// Runs `work` with the service's accounts, and waits for what it changed.
    pub(crate) fn run<T>(&self, work: impl AsyncFnOnce(&Service) -> Result<T, Error>) -> Result<T, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let store = self.open().await?;
            let service = self.service(&store)?;
            let done = work(&service).await;
            service.auth.settled().await;
            drop(service);
            match store {
                Store::Sqlite(store) => store.close().await,
                Store::Postgres(store) => store.close().await,
            }
            done
        })
    }

    /// Opens the database, whose tables it migrates as a node of the service does.
    async fn open(&self) -> Result<Store, Error> {
        let url = self.database_url.as_deref().filter(|url| !url.is_empty());
        let url = url.ok_or(Error::Usage("no database: set DATABASE_URL, or give `--database-url`".to_owned()))?;
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => {
                // A misspelt name must not become an empty database.
                let file = url.trim_start_matches("sqlite:").trim_start_matches("//");
                let file = file.split('?').next().unwrap_or_default();
                if !self.create_database && !std::path::Path::new(file).exists() {
                    let help = "give the service's file, or `--create-database` for a new one";
                    return Err(Error::Usage(format!("there is no file {file}; {help}")));
                }
                Ok(Store::Sqlite(SqliteStore::open(url).await?))
            }
            Some("postgres" | "postgresql") => Ok(Store::Postgres(PostgresStore::open(url).await?)),
            // The URL may contain a password, so it is not repeated.
            _ => Err(Error::Usage("unsupported database URL: write `sqlite://FILE` or `postgres://..`".to_owned())),
        }
    }

    fn service(&self, store: &Store) -> Result<Service, Error> {
        // No token is issued here, so the key signs nothing.
        let key = SigningKey::hs256(&random_secret()?).map_err(|error| Error::Failed(error.to_string()))?;
        let builder = Auth::builder(key, "https://command-line.invalid", "command-line");
        let (builder, users): (_, Arc<dyn UserStore>) = match store {
            Store::Sqlite(store) => (builder.store(store.clone()), Arc::new(store.clone())),
            Store::Postgres(store) => {
                let builder = match self.redis_url {
                    Some(_) => builder,
                    None => builder.fanout(PostgresFanout::new(store)),
                };
                (builder.store(store.clone()), Arc::new(store.clone()))
            }
        };
        let builder = match (&self.redis_url, &self.redis_namespace) {
            (Some(url), Some(namespace)) => builder.fanout(RedisFanout::new(url, namespace).map_err(invalid_redis)?),
            _ => builder,
        };
        let builder = match self.audit_key()? {
            Some(key) => builder.audit_key(key),
            None => builder,
        };
        Ok(Service { auth: builder.build()?, users })
    }
}

impl Database {
    /// The key of the service: rows that are linked by another one, or by none, are found by `events verify`.
    fn audit_key(&self) -> Result<Option<AuditKey>, Error> {
        let secret = match (&self.audit_key_file, std::env::var_os("AUTH_AUDIT_KEY")) {
            (Some(_), Some(_)) => {
                let text = "AUTH_AUDIT_KEY and a file with the key are both given: leave one of them out";
                return Err(Error::Usage(text.to_owned()));
            }
            (Some(path), None) => {
                std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.clone(), source })?
            }
            (None, Some(secret)) => secret.into_string().unwrap_or_default(),
            (None, None) => return Ok(None),
        };
        // As the service reads it: rows that are linked by another key are findings.
        let secret = SecretString::from(secret.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_owned());
        AuditKey::new(&secret).map(Some).map_err(|error| Error::Usage(format!("AUTH_AUDIT_KEY: {error}")))
    }
}

fn invalid_redis(_: auth_core::cluster::ClusterError) -> Error {
    Error::Usage("invalid Redis URL: write `redis://HOST:PORT`".to_owned())
}

impl Service {
    /// The user with this id or e-mail address.
    pub(crate) async fn subject(&self, user: &str) -> Result<SubjectId, Error> {
        let found = match user.parse::<SubjectId>() {
            Ok(id) if !user.contains('@') => self.users.find_by_id(&id).await,
            _ => self.users.find_by_login(user).await,
        };
        let found = found.map_err(|error| Error::Failed(error.to_string()))?;
        found.map(|user| user.id).ok_or_else(|| Error::NotFound(format!("user {user}")))
    }
}

/// Events record it as the actor.
pub(crate) fn context() -> Context {
    Context::system("command line")
}

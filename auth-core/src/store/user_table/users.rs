//! The users of a table, as a store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
#[cfg(feature = "postgres")]
use sqlx::PgPool;
#[cfg(feature = "sqlite")]
use sqlx::SqlitePool;
use sqlx::{SqlStr, query, query_scalar};
use tokio::time::timeout;

use super::UserTable;
use super::statements::Statements;
use crate::base::{Email, SubjectId};
use crate::password::PasswordHash;
#[cfg(feature = "sqlite")]
use crate::store::SqliteStore;
use crate::store::sql::{Borrowed, Columns, corrupt, find_trail};
use crate::store::{
    Audit, Created, FieldError, NewUser, Outcome, StoreError, SubjectState, UserRecord, UserRegistry, UserRejected,
    UserStore,
};
#[cfg(feature = "postgres")]
use crate::store::{PgTransaction, PostgresStore};

/// The time limit of a call, as of the built-in stores.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest text of a field of a registration.
const MAX_FIELD_CHARS: usize = 255;

#[derive(Clone)]
pub(super) enum Pool {
    #[cfg(feature = "sqlite")]
    Sqlite(SqlitePool),
    #[cfg(feature = "postgres")]
    Postgres(PgPool),
}

impl Pool {
    const fn is_postgres(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => true,
        }
    }
}

/// Runs an expression with the pool of either engine, within the time limit.
macro_rules! on {
    ($users:expr, $pool:ident => $run:expr) => {
        match &$users.pool {
            #[cfg(feature = "sqlite")]
            Pool::Sqlite($pool) => timeout(PATIENCE, async { $run }).await,
            #[cfg(feature = "postgres")]
            Pool::Postgres($pool) => timeout(PATIENCE, async { $run }).await,
        }
        .map_err(StoreError::unavailable)?
    };
}

/// Runs the writes of one transaction of either engine on its connection, within the time limit. In PostgreSQL the
/// transaction is as those of the built-in store: its isolation level is its own, and it is rolled back wherever it is
/// dropped.
macro_rules! in_transaction {
    ($users:expr, $connection:ident => $run:expr) => {
        match &$users.pool {
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(pool) => {
                let written = async {
                    let mut tx = pool.begin().await?;
                    let $connection = &mut *tx;
                    let done = $run;
                    tx.commit().await?;
                    Ok::<_, StoreError>(done)
                };
                timeout(PATIENCE, written).await
            }
            #[cfg(feature = "postgres")]
            Pool::Postgres(pool) => {
                let written = async {
                    let mut tx = PgTransaction::begin(pool).await?;
                    let $connection = tx.connection()?;
                    let done = $run;
                    tx.commit().await?;
                    Ok::<_, StoreError>(done)
                };
                timeout(PATIENCE, written).await
            }
        }
        .map_err(StoreError::unavailable)?
    };
}

/// The users of a [`UserTable`].
#[derive(Clone)]
pub struct OwnUsers {
    pool: Pool,
    table: Arc<UserTable>,
    sql: Arc<Statements>,
    /// Whether audit rows are written with the changes.
    is_audited: bool,
    has_unique_fields: bool,
}

impl fmt::Debug for OwnUsers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnUsers").field("table", &self.table.table).finish_non_exhaustive()
    }
}

impl OwnUsers {
    pub(super) async fn open(table: UserTable, pool: Pool) -> Result<Self, StoreError> {
        let sql = Arc::new(Statements::of(&table, pool.is_postgres()));
        let mut users = Self { pool, sql, table: Arc::new(table), is_audited: false, has_unique_fields: false };
        // Fails here, and not at the first login, where the table is another one.
        users.find(&users.sql.by_email, "").await?;
        let missing = if users.table.has_whole_number_ids { "0" } else { "" };
        users.find_by_key(missing).await?;
        for sql in &users.sql.is_taken {
            users.has(sql, "").await?;
        }
        for field in &users.table.fields {
            users.has_unique_fields |= users.has(&users.sql.is_unique, field).await?;
        }
        Ok(users)
    }

    /// Writes the audit rows of new users, new passwords and revocations in the transaction of the change: none of these
    /// happens without its row. Call it where the audit trail of the [`Auth`](crate::Auth) is a built-in store in the same
    /// database, whose migrations have run.
    ///
    /// Without it the row of such a change is written after it. A process that ends between the two leaves a change without
    /// its row.
    ///
    /// ```
    /// # use auth_core::store::{SqliteStore, UserTable};
    /// # async fn example(pool: auth_core::sqlx::SqlitePool) -> Result<auth_core::AuthBuilder, Box<dyn std::error::Error>> {
    /// # let builder = auth_core::testing::in_memory();
    /// let store = SqliteStore::with_pool(pool.clone()).await?;
    /// let people = UserTable::new("people").in_sqlite(&pool).await?.audited().await?;
    /// # Ok(
    /// builder.store(store).registry(people)
    /// # ) }
    /// ```
    ///
    /// # Errors
    ///
    /// When the database does not answer, or has no audit trail of a built-in store.
    pub async fn audited(self) -> Result<Self, StoreError> {
        let search = async {
            match &self.pool {
                #[cfg(feature = "sqlite")]
                Pool::Sqlite(pool) => find_trail::<SqliteStore>(&mut Borrowed(&mut *pool.acquire().await?)).await,
                #[cfg(feature = "postgres")]
                Pool::Postgres(pool) => find_trail::<PostgresStore>(&mut Borrowed(&mut *pool.acquire().await?)).await,
            }
        };
        timeout(PATIENCE, search).await.map_err(StoreError::unavailable)??;
        Ok(Self { is_audited: true, ..self })
    }

    /// The id as a number; `None` where another text would be a second name of the same user, such as `01`.
    fn number(id: &str) -> Option<i64> {
        id.parse::<i64>().ok().filter(|number| number.to_string() == id)
    }

    async fn find(&self, sql: &SqlStr, text: &str) -> Result<Option<UserRecord>, StoreError> {
        on!(self, pool => match query(sql.clone()).bind(text).fetch_optional(pool).await? {
            Some(row) => self.record(&row).map(Some),
            None => Ok(None),
        })
    }

    async fn find_by_key(&self, id: &str) -> Result<Option<UserRecord>, StoreError> {
        if !self.table.has_whole_number_ids {
            return self.find(&self.sql.by_id, id).await;
        }
        let Some(number) = Self::number(id) else { return Ok(None) };
        on!(self, pool => match query(self.sql.by_id.clone()).bind(number).fetch_optional(pool).await? {
            Some(row) => self.record(&row).map(Some),
            None => Ok(None),
        })
    }

    fn record(&self, row: &impl Columns) -> Result<UserRecord, StoreError> {
        let held = row.text("roles")?;
        let roles = self.table.roles.iter().zip(held.chars()).filter(|(_, held)| *held == '1');
        Ok(UserRecord {
            id: row.parsed("id")?,
            email: row.optional_text("email")?.and_then(|email| email.parse().ok()),
            words: row.text("words")?.lines().filter(|word| !word.is_empty()).map(Into::into).collect(),
            created_at: row.optional_time("created_at")?,
            password_hash: row.optional_text("password_hash")?.map(PasswordHash::from_stored),
            state: SubjectState {
                active: row.flag("active")?,
                roles: roles.map(|((_, name), _)| (*name).into()).collect(),
                version: row.version()?,
            },
        })
    }

    /// Whether a row has this text.
    async fn has(&self, sql: &SqlStr, text: &str) -> Result<bool, StoreError> {
        on!(self, pool => {
            let found: Option<String> = query_scalar(sql.clone()).bind(text).fetch_optional(pool).await?;
            Ok(found.is_some())
        })
    }

    /// Runs an update of the user with this id, which returns the version, and writes the audit rows of its outcome.
    async fn update<T: Outcome>(
        &self,
        sql: &SqlStr,
        id: &SubjectId,
        rest: &[Bound<'_>],
        outcome: fn(Option<u64>) -> T,
        audit: Audit<'_, T>,
    ) -> Result<T, StoreError> {
        let number = Self::number(id.as_str());
        if self.table.has_whole_number_ids && number.is_none() {
            return Ok(outcome(None));
        }
        in_transaction!(self, connection => {
            let update = query_scalar(sql.clone());
            let update = if self.table.has_whole_number_ids { update.bind(number) } else { update.bind(id.as_str()) };
            let update = rest.iter().fold(update, |update, bound| match *bound {
                Bound::Text(text) => update.bind(text),
                Bound::Number(number) => update.bind(number),
            });
            let version: Option<i64> = update.fetch_optional(&mut *connection).await?;
            let version = version.map(u64::try_from).transpose().map_err(|error| corrupt("version", error))?;
            let outcome = outcome(version);
            if self.is_audited {
                audit.write(connection, &outcome).await?;
            }
            outcome
        })
    }

    /// The fields of a registration, in the order of the table.
    fn fields<'u>(&self, user: &'u NewUser) -> Result<Vec<&'u str>, UserRejected> {
        let (mut texts, mut wrong) = (Vec::new(), Vec::new());
        for field in &self.table.fields {
            let is_given = user.extra.get(*field).is_some_and(|value| !value.is_null());
            match user.text(field).filter(|text| !text.trim().is_empty()) {
                Some(text) if text.chars().count() > MAX_FIELD_CHARS || text.contains(char::is_control) => {
                    wrong.push(FieldError::invalid(field, "must have 1 to 255 characters and no control characters"));
                }
                Some(text) => texts.push(text),
                None if is_given => wrong.push(FieldError::invalid(field, "must be a text of 1 to 255 characters")),
                None => wrong.push(FieldError::invalid(field, "is required")),
            }
        }
        if wrong.is_empty() { Ok(texts) } else { Err(UserRejected::Fields(wrong)) }
    }

    /// Why a row could not be added.
    async fn conflict(&self, email: &Email, fields: &[&str]) -> Result<UserRejected, StoreError> {
        if self.has(&self.sql.email_is_taken, email.as_str()).await? {
            return Ok(UserRejected::EmailTaken);
        }
        let mut taken = Vec::new();
        for ((name, sql), text) in self.table.fields.iter().zip(&self.sql.is_taken).zip(fields) {
            if self.has(sql, text).await? {
                taken.push(FieldError::taken(name));
            }
        }
        if taken.is_empty() {
            return Err(StoreError::unavailable("the row conflicts with another one, in no column that is a field"));
        }
        Ok(UserRejected::Fields(taken))
    }
}

/// A value of an update.
#[derive(Clone, Copy)]
enum Bound<'a> {
    Text(&'a str),
    Number(i64),
}

#[async_trait]
impl UserStore for OwnUsers {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        // What is no address is the name of no user. It may not even be text for the database.
        let Ok(login) = login.parse::<Email>() else { return Ok(None) };
        self.find(&self.sql.by_email, login.as_str()).await
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        self.find_by_key(id.as_str()).await
    }

    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError> {
        let version = i64::try_from(version).map_err(StoreError::unavailable)?;
        let values = [Bound::Text(hash.as_str()), Bound::Number(version)];
        self.update(&self.sql.set_password, id, &values, |version| version, audit).await
    }

    async fn revoke_tokens(&self, id: &SubjectId, audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        self.update(&self.sql.revoke_tokens, id, &[], |version| version, audit).await
    }

    async fn upgrade_hash(
        &self,
        id: &SubjectId,
        old: &PasswordHash,
        new: &PasswordHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let upgraded = [Bound::Text(new.as_str()), Bound::Text(old.as_str())];
        self.update(&self.sql.upgrade_hash, id, &upgraded, |version| version.is_some(), audit).await
    }

    async fn sample_hashes(&self) -> Result<Vec<PasswordHash>, StoreError> {
        let samples: Vec<String> =
            on!(self, pool => query_scalar(self.sql.sample_hashes.clone()).fetch_all(pool).await)?;
        Ok(samples.into_iter().map(PasswordHash::from_stored).collect())
    }
}

#[async_trait]
impl UserRegistry for OwnUsers {
    fn accepts(&self, field: &str) -> bool {
        self.table.fields.contains(&field)
    }

    fn has_unique_fields(&self) -> bool {
        self.has_unique_fields
    }

    fn never_reuses_ids(&self) -> bool {
        !self.table.has_whole_number_ids
    }

    async fn withdraw(&self, id: &SubjectId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        self.update(&self.sql.withdraw, id, &[], |version| version.is_some(), audit).await
    }

    async fn create(&self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        let fields = match self.fields(&user) {
            Ok(fields) => fields,
            Err(rejected) => return Ok(Err(rejected)),
        };
        let is_known = |role: &str| self.table.roles.iter().any(|(_, name)| *name == role);
        if let Some(role) = user.roles.iter().find(|role| !is_known(role)) {
            return Err(StoreError::unavailable(format!("the table has no column for the role `{role}`")));
        }
        let id = SubjectId::random();
        let added = in_transaction!(self, connection => {
            let add = query_scalar(self.sql.add.clone()).bind(user.email.as_str()).bind(user.password_hash.as_str());
            let add = fields.iter().fold(add, |add, text| add.bind(*text));
            let has = |name: &str| user.roles.iter().any(|role| **role == *name);
            let add = self.table.roles.iter().fold(add, |add, (_, name)| add.bind(has(name)));
            let add = if self.table.has_whole_number_ids { add } else { add.bind(id.as_str()) };
            let added: Option<String> = add.fetch_optional(&mut *connection).await?;
            let added = added.map(|id| id.parse()).transpose().map_err(|error| corrupt("id", error))?;
            if let (Some(id), true) = (&added, self.is_audited) {
                audit.write(connection, &Ok(SubjectId::clone(id))).await?;
            }
            added
        })?;
        match added {
            Some(id) => Ok(Ok(id)),
            None => self.conflict(&user.email, &fields).await.map(Err),
        }
    }
}

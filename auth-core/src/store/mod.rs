//! Storage of users, sessions, API keys and one-time tokens: the traits and their implementations.

mod api_keys;
mod audit;
mod challenges;
mod devices;
mod directory;
mod error;
mod housekeeping;
pub mod memory;
mod one_time;
mod page;
#[cfg(feature = "postgres")]
pub mod postgres;
mod registry;
mod roles;
mod second_factors;
mod sessions;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod user_table;
mod users;
mod verdict;

pub use api_keys::{ApiKeyRecord, ApiKeyStore, KeysOf, ParentKey};
pub use audit::{Audit, AuditFilter, AuditLog, AuditRow, ChainHead, InvalidLink, Link, LinkedRow, Outcome};
pub(crate) use audit::{UnknownKey, link};
#[doc(hidden)]
pub use challenges::{Challenge, Challenges};
pub use devices::KnownDevices;
pub use directory::{Account, AccountPatch, UpdateOutcome, UserDirectory};
pub use error::StoreError;
pub(crate) use error::UNSTORABLE;
pub use housekeeping::Housekeeping;
pub use memory::MemoryStore;
pub use one_time::{OneTimeToken, OneTimeTokens, VerifiedEmail};
pub use page::{Cursor, InvalidCursor, Page};
#[cfg(feature = "postgres")]
pub(crate) use postgres::PgTransaction;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
#[doc(hidden)]
pub use registry::BuiltIn;
pub use registry::{Created, FieldError, NewUser, UserRegistry, UserRejected, UserTransaction};
pub use roles::{RolePermissions, RoleStore, StoredRole};
pub use second_factors::{Factor, FactorKind, NewFactor, Removable, SecondFactors};
pub use sessions::{Holder, NewSession, Redeem, Redeemed, RefreshTokenRecord, Session, SessionStore, StepUp};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use sql::OpenError;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use user_table::{OwnUsers, UserTable};
pub use users::{SubjectState, UserRecord, UserStore};

/// A store of everything that an [`Auth`](crate::Auth) keeps, for [`AuthBuilder::store`](crate::AuthBuilder::store). A
/// type that implements all store traits implements it.
pub trait Store:
    UserDirectory
    + SessionStore
    + ApiKeyStore
    + RoleStore
    + OneTimeTokens
    + KnownDevices
    + SecondFactors
    + AuditLog
    + Housekeeping
    + Clone
{
}

impl<S> Store for S where
    S: UserDirectory
        + SessionStore
        + ApiKeyStore
        + RoleStore
        + OneTimeTokens
        + KnownDevices
        + SecondFactors
        + AuditLog
        + Housekeeping
        + Clone
{
}

//! Storage of users, sessions and API keys: the traits and their implementations.

mod api_keys;
mod audit;
mod directory;
mod error;
mod housekeeping;
pub mod memory;
mod page;
#[cfg(feature = "postgres")]
pub mod postgres;
mod sessions;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod users;
mod verdict;

pub use api_keys::{ApiKeyRecord, ApiKeyStore, KeysOf, ParentKey};
pub use audit::{Audit, AuditFilter, AuditLog, AuditRow, Outcome};
pub use directory::{Account, AccountPatch, UpdateOutcome, UserDirectory};
pub use error::StoreError;
pub use housekeeping::Housekeeping;
pub use memory::MemoryStore;
pub use page::{Cursor, InvalidCursor, Page};
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use sessions::{Holder, NewSession, Redeem, Redeemed, RefreshTokenRecord, Session, SessionStore};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use sql::OpenError;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use users::{NewUser, SubjectState, UserRecord, UserRegistry, UserStore};

//! Users.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Audit, StoreError};
use crate::base::{Email, SubjectId, Timestamp};
use crate::password::PasswordHash;

/// The users, as authentication needs them. Implement it to keep an existing user table.
///
/// The version of a user grows whenever the user's credentials change or are revoked, and when the user is deactivated or
/// gets another login name; a table without such a column can add one that starts at 0. An application that changes users
/// itself raises it, too: otherwise the sessions of a disabled user come back when the user is enabled.
///
/// # Errors
///
/// Every method: [`StoreError`] when the store does not answer or contains corrupt data. A change may then have been
/// made or not; the operation fails with 503.
///
/// ```
/// use auth_core::store::{Audit, StoreError, UserRecord, UserStore};
/// use auth_core::{SubjectId, password::PasswordHash};
///
/// # struct Pool;
/// struct Users(Pool);
///
/// #[async_trait::async_trait]
/// impl UserStore for Users {
///     async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
///         todo!("SELECT id, email, hash, active, roles, version, created_at FROM users WHERE email = lower($1)")
///     }
///
///     async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
///         todo!("SELECT id, email, hash, active, roles, version, created_at FROM users WHERE id = $1")
///     }
///
///     async fn set_password(&self, id: &SubjectId, version: u64, hash: &PasswordHash, _: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
///         todo!("UPDATE users SET hash = $3, version = version + 1 WHERE id = $1 AND version = $2 AND active RETURNING version")
///     }
///
///     async fn revoke_tokens(&self, id: &SubjectId, _: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
///         todo!("UPDATE users SET version = version + 1 WHERE id = $1 RETURNING version")
///     }
///
///     async fn upgrade_hash(&self, id: &SubjectId, old: &PasswordHash, new: &PasswordHash, _: Audit<'_, bool>) -> Result<bool, StoreError> {
///         todo!("UPDATE users SET hash = $3 WHERE id = $1 AND hash = $2 RETURNING id")
///     }
/// }
/// ```
#[async_trait]
pub trait UserStore: Send + Sync + 'static {
    /// Returns the user with this login name (an e-mail address in the built-in stores, compared in lower case).
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError>;

    /// Returns the user with this id.
    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError>;

    /// Sets the password and increments the version atomically, so that no earlier credential outlives the old
    /// password. Returns the new version; `None`, without a change, unless there is such a user, who is active and has
    /// this version: the caller was checked before the password was hashed.
    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError>;

    /// Increments the version, so that every earlier session and token is refused. Returns the new version; `None` when
    /// there is no such user.
    async fn revoke_tokens(&self, id: &SubjectId, audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError>;

    /// Replaces `old` by `new`, a stronger hash of the same password; `false`, without a change, when the stored hash is no
    /// longer `old`. Does not change the version.
    async fn upgrade_hash(
        &self,
        id: &SubjectId,
        old: &PasswordHash,
        new: &PasswordHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError>;

    /// Returns at least one stored hash of each format: of each algorithm with each set of parameters. Called before the
    /// first login of a process, whose work and time must be the same for every user, known or not. For a table with the
    /// hashes of this service only there is nothing to return, which is the default. After an error the next login calls it
    /// again.
    async fn sample_hashes(&self) -> Result<Vec<PasswordHash>, StoreError> {
        Ok(Vec::new())
    }
}

/// A stored user, as authentication needs it.
#[derive(Clone, Debug)]
pub struct UserRecord {
    /// The stable id.
    pub id: SubjectId,
    /// The e-mail address, if known: a new password must not be it.
    pub email: Option<Email>,
    /// Other texts known of the user, such as the user name: a new password must not be one of them.
    pub words: Vec<Box<str>>,
    /// The time of creation, if known. Without it a [legacy token](crate::LegacyTokens::by_login) that names the user is
    /// refused.
    pub created_at: Option<Timestamp>,
    /// The hash of the password; `None` for a user without a password.
    pub password_hash: Option<PasswordHash>,
    /// The state that guards read.
    pub state: SubjectState,
}

/// The part of a user that guards read for every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectState {
    /// An inactive subject is refused everywhere.
    pub active: bool,
    /// The names of the roles; names that no role enum has grant nothing.
    pub roles: Arc<[Box<str>]>,
    /// Grows whenever the subject's credentials change or are revoked.
    pub version: u64,
}

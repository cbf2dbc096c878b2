//! Registration of users.

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::{Audit, AuditRow, Outcome, StoreError, UserStore};
use crate::base::{Email, SubjectId};
use crate::password::PasswordHash;
use crate::token::AuditKey;

/// A user store that accepts new users; [`Auth::routes`](crate::Auth::routes) then offers registration.
///
/// ```
/// # use auth_core::password::PasswordHash;
/// use auth_core::store::{Audit, Created, FieldError, NewUser, StoreError, UserRegistry};
/// # use auth_core::store::{UserRecord, UserStore};
/// # use auth_core::SubjectId;
///
/// struct Users;
/// # #[async_trait::async_trait]
/// # impl UserStore for Users {
/// #     async fn find_by_login(&self, _: &str) -> Result<Option<UserRecord>, StoreError> { Ok(None) }
/// #     async fn find_by_id(&self, _: &SubjectId) -> Result<Option<UserRecord>, StoreError> { Ok(None) }
/// #     async fn set_password(&self, _: &SubjectId, _: u64, _: &PasswordHash, _: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> { Ok(None) }
/// #     async fn revoke_tokens(&self, _: &SubjectId, _: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> { Ok(None) }
/// #     async fn upgrade_hash(&self, _: &SubjectId, _: &PasswordHash, _: &PasswordHash, _: Audit<'_, bool>) -> Result<bool, StoreError> { Ok(false) }
/// # }
///
/// #[async_trait::async_trait]
/// impl UserRegistry for Users {
///     fn accepts(&self, field: &str) -> bool {
///         field == "username"
///     }
///
///     async fn create(&self, user: NewUser, _: Audit<'_, Created>) -> Result<Created, StoreError> {
///         let Some(username) = user.text("username") else {
///             return Ok(Err(FieldError::invalid("username", "is required").into()));
///         };
///         # let _ = username;
///         todo!("INSERT INTO users (username, ..) VALUES ($1, ..) ON CONFLICT DO NOTHING RETURNING id")
///         // Without a row: `Ok(Err(FieldError::taken("username").into()))`
///     }
/// }
/// ```
///
/// # Errors
///
/// Every method: [`StoreError`] when the store does not answer or contains corrupt data. A change may then have been
/// made or not; the operation fails with 503.
#[async_trait]
pub trait UserRegistry: UserStore {
    /// Whether [`create`](Self::create) takes this field in [`NewUser::extra`]. A registration with another one is
    /// refused with 422. By default none is taken.
    fn accepts(&self, field: &str) -> bool {
        let _ = field;
        false
    }

    /// Whether another user's value of a further field is refused, beside the e-mail address. By default none is. `build`
    /// refuses such a registry with [`private_registration`](crate::AuthBuilder::private_registration): a registration of the
    /// attacker's own address with the same value would tell whether the first address was free.
    fn has_unique_fields(&self) -> bool {
        false
    }

    /// Adds a user. The inner error says why there is none: the e-mail address is taken, or a field cannot be used.
    async fn create(&self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError>;

    /// Whether no new user gets the id of a removed one, as with random ids. By default one may: a registration then ends what
    /// the id has from before ([`Auth::forget_subject`](crate::Auth::forget_subject)).
    fn never_reuses_ids(&self) -> bool {
        false
    }

    /// Removes a user that [`create`](Self::create) has just added, and whose registration failed after it.
    #[doc(hidden)]
    async fn withdraw(&self, id: &SubjectId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        let _ = (id, audit);
        Ok(false)
    }

    /// The database whose built-in table this is, for [`Auth::register_in`](crate::Auth::register_in).
    #[doc(hidden)]
    fn built_in(&self) -> Option<BuiltIn> {
        None
    }
}

/// The outcome of [`UserRegistry::create`]: the id of the new user.
pub type Created = Result<SubjectId, UserRejected>;

impl Outcome for Created {
    fn is_change(&self) -> bool {
        self.is_ok()
    }
}

/// Why a registry adds no user.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserRejected {
    /// Another user has the e-mail address: 409.
    EmailTaken,
    /// These fields cannot be used: 409 if each is taken, otherwise 422.
    Fields(Vec<FieldError>),
}

impl UserRejected {
    /// Whether the only reason is that another user has the e-mail address.
    pub(crate) fn is_email_taken(&self) -> bool {
        match self {
            Self::EmailTaken => true,
            Self::Fields(fields) if fields.is_empty() => false,
            Self::Fields(fields) => fields.iter().all(|field| field.field == "email" && field.is_taken),
        }
    }
}

impl From<FieldError> for UserRejected {
    fn from(error: FieldError) -> Self {
        Self::Fields(vec![error])
    }
}

/// Why a field cannot be used. Its texts are constants, so that a response never contains what was sent.
///
/// In a response it is an entry of `errors` (RFC 9457 section 3): `{"detail": "is taken", "pointer": "#/username"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {detail}")]
#[non_exhaustive]
pub struct FieldError {
    /// The name of the field.
    pub field: &'static str,
    /// The rule that it breaks, which goes on from its name: "must have 3 to 20 letters".
    pub detail: &'static str,
    /// Whether another user has the value.
    pub is_taken: bool,
}

impl FieldError {
    /// Another user has the value.
    #[must_use]
    pub const fn taken(field: &'static str) -> Self {
        Self { field, detail: "is taken", is_taken: true }
    }

    /// The value breaks a rule; `detail` goes on from the field's name: "must have 3 to 20 letters".
    #[must_use]
    pub const fn invalid(field: &'static str, detail: &'static str) -> Self {
        Self { field, detail, is_taken: false }
    }
}

/// A user to add. [`Auth::new_user`](crate::Auth::new_user) makes one of a [`Registration`](crate::Registration).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewUser {
    /// The e-mail address, which is also the login name.
    pub email: Email,
    /// The hash of the password.
    pub password_hash: PasswordHash,
    /// The names of the roles.
    pub roles: Vec<Box<str>>,
    /// Further fields of the registration, as the client sent them. The built-in stores take none.
    pub extra: Map<String, Value>,
}

impl NewUser {
    /// A user without roles and further fields.
    #[must_use]
    pub fn new(email: Email, password_hash: PasswordHash) -> Self {
        Self { email, password_hash, roles: Vec::new(), extra: Map::new() }
    }

    /// Sets the names of the roles.
    #[must_use]
    pub fn with_roles(self, roles: Vec<Box<str>>) -> Self {
        Self { roles, ..self }
    }

    /// A further field, if it is a text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.extra.get(field).and_then(Value::as_str)
    }
}

/// A connection or transaction of the application in the database of a built-in store, in which
/// [`Auth::register_in`](crate::Auth::register_in) adds a user and [`Audit::write`] audit rows: those of `sqlx` for SQLite and
/// PostgreSQL.
#[async_trait]
pub trait UserTransaction: sealed::Sealed {
    #[doc(hidden)]
    const DATABASE: BuiltIn;

    #[doc(hidden)]
    async fn add_user(&mut self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError>;

    #[doc(hidden)]
    async fn add_audit_rows(&mut self, rows: &[AuditRow], key: Option<&AuditKey>) -> Result<(), StoreError>;
}

pub(super) mod sealed {
    pub trait Sealed: Send {}
}

/// A database with a built-in store.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltIn {
    Sqlite,
    Postgres,
}

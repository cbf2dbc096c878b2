//! Second factors and recovery codes.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Audit, StoreError};
use crate::base::{FactorId, SubjectId, Timestamp};
use crate::token::TokenHash;

/// A store of second factors and recovery codes. It knows subjects by id only, so it works beside any
/// [`UserStore`](crate::store::UserStore).
///
/// Every method is atomic, also when the process dies or the future is dropped.
///
/// # Errors
///
/// Every method: [`StoreError`] when the store does not answer or contains corrupt data. A change may then have been
/// made or not; the operation fails with 503.
#[async_trait]
pub trait SecondFactors: Send + Sync + 'static {
    /// Adds a factor that is not confirmed. Of the kind [`Totp`](FactorKind::Totp) a subject has one: it takes the place of
    /// an unconfirmed one, and is `false`, without a change, when there is a confirmed one. Of other kinds a subject may have
    /// several.
    async fn enrol_factor(&self, factor: NewFactor, audit: Audit<'_, bool>) -> Result<bool, StoreError>;

    /// Returns the factors of a subject, confirmed or not.
    async fn factors(&self, subject: &SubjectId) -> Result<Vec<Factor>, StoreError>;

    /// Whether any subject has a confirmed factor.
    async fn has_factors(&self) -> Result<bool, StoreError>;

    /// Confirms a factor by its first use at `counter`, and replaces the subject's recovery codes by these. `false`,
    /// without a change, when there is no such unconfirmed factor.
    async fn confirm_factor(
        &self,
        id: &FactorId,
        counter: u64,
        now: Timestamp,
        codes: &[TokenHash],
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError>;

    /// Records a use of a confirmed factor at `counter`, and replaces its secret by `secret` if that is given: the same one,
    /// encrypted with another key. `false`, without a change, unless `counter` is greater than at every earlier use: of
    /// concurrent calls with one counter exactly one returns `true`.
    async fn use_factor(
        &self,
        id: &FactorId,
        counter: u64,
        now: Timestamp,
        secret: Option<&[u8]>,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError>;

    /// Removes a recovery code; of concurrent calls exactly one returns `true`.
    async fn use_recovery_code(
        &self,
        subject: &SubjectId,
        code: &TokenHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError>;

    /// Removes the factors of a kind that `removable` names, as they are at the write, and the recovery codes unless a
    /// confirmed factor is left. `false` when the subject has no such factor.
    async fn remove_factors(
        &self,
        subject: &SubjectId,
        kind: FactorKind,
        removable: Removable,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError>;

    /// Removes the factors and recovery codes of a subject that was removed.
    async fn forget_factors(&self, subject: &SubjectId) -> Result<(), StoreError>;
}

/// The kind of a second factor.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FactorKind {
    /// Codes by time (RFC 6238).
    Totp,
    /// A kind that this release does not know, by its name: a newer release has used the store. A login asks for a second
    /// factor, which a recovery code can be and a code of an authenticator cannot.
    #[serde(untagged)]
    #[non_exhaustive]
    Other(Box<str>),
}

impl FactorKind {
    /// The name in stores and events.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Totp => "totp",
            Self::Other(name) => name,
        }
    }
}

impl From<String> for FactorKind {
    fn from(name: String) -> Self {
        if name == Self::Totp.name() { Self::Totp } else { Self::Other(name.into()) }
    }
}

/// The factors that a removal takes: what authorised it was checked before, and another request may have confirmed a factor
/// since.
///
/// ```
/// use auth_core::Timestamp;
/// use auth_core::store::Removable;
///
/// let (early, late) = (Timestamp::from_secs(1), Timestamp::from_secs(2));
/// assert!(Removable::ConfirmedUntil(early).includes(Some(early)));
/// assert!(!Removable::ConfirmedUntil(early).includes(Some(late)));
/// assert!(!Removable::Unconfirmed.includes(Some(early)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removable {
    /// All.
    All,
    /// Those confirmed at this time or before, and those that are not confirmed.
    ConfirmedUntil(Timestamp),
    /// Those that are not confirmed.
    Unconfirmed,
}

impl Removable {
    /// Whether it takes a factor that was confirmed at this time; `None` for one that is not confirmed.
    #[must_use]
    pub fn includes(self, confirmed_at: Option<Timestamp>) -> bool {
        confirmed_at.is_none_or(|at| at <= self.until())
    }

    /// The latest confirmation of what it takes.
    pub(crate) const fn until(self) -> Timestamp {
        match self {
            Self::All => Timestamp::from_millis(i64::MAX),
            Self::ConfirmedUntil(at) => at,
            Self::Unconfirmed => Timestamp::from_millis(i64::MIN),
        }
    }
}

/// A second factor to add.
#[derive(Clone)]
pub struct NewFactor {
    /// The id.
    pub id: FactorId,
    /// The subject.
    pub subject: SubjectId,
    /// The kind.
    pub kind: FactorKind,
    /// What a credential is checked by: of [`Totp`](FactorKind::Totp) the encrypted secret.
    pub secret: Vec<u8>,
    /// The time of enrolment.
    pub created_at: Timestamp,
}

/// A stored second factor.
#[derive(Clone, PartialEq, Eq)]
pub struct Factor {
    /// The id.
    pub id: FactorId,
    /// The kind.
    pub kind: FactorKind,
    /// What a credential is checked by: of [`Totp`](FactorKind::Totp) the encrypted secret.
    pub secret: Vec<u8>,
    /// The counter of its last use: of [`Totp`](FactorKind::Totp) the time step, 0 before the first use.
    pub counter: u64,
    /// The time of enrolment.
    pub created_at: Timestamp,
    /// The time of confirmation; `None` for a factor that is not asked for yet.
    pub confirmed_at: Option<Timestamp>,
    /// The time of the last use.
    pub last_used_at: Option<Timestamp>,
}

redacted_debug!(NewFactor, Factor);

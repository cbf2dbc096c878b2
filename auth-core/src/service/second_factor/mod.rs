//! Second factors: enrolment, their check at a login, recovery codes.

mod code;
mod enrol;

pub(crate) use code::Code;
pub use enrol::{RecoveryCodes, TotpEnrolment};

use std::sync::Arc;

use crate::base::SubjectId;
use crate::service::change::Change;
use crate::service::{AccountError, Auth};
use crate::store::{Factor, FactorKind, SecondFactors};
use crate::token::{FactorKeys, Opened, TotpSecret};

/// The authentication methods that a second factor adds to those before it (RFC 8176).
pub(crate) const AMR: [&str; 2] = ["otp", "mfa"];

/// What second factors need beside the stores of users and sessions.
pub(crate) struct SecondFactor {
    store: Option<Arc<dyn SecondFactors>>,
    keys: FactorKeys,
}

impl SecondFactor {
    pub(crate) const fn new(store: Option<Arc<dyn SecondFactors>>, keys: FactorKeys) -> Self {
        Self { store, keys }
    }

    /// Whether subjects can have second factors.
    pub(crate) const fn is_on(&self) -> bool {
        self.store.is_some() && !self.keys.is_empty()
    }

    /// Whether new secrets can be encrypted.
    pub(crate) const fn can_enrol(&self) -> bool {
        self.keys.can_seal()
    }

    /// The store, unless a key opens what is in it.
    pub(crate) fn store_without_key(&self) -> Option<Arc<dyn SecondFactors>> {
        self.store.clone().filter(|_| self.keys.is_empty())
    }

    fn store(&self) -> Result<&dyn SecondFactors, AccountError> {
        self.store.as_deref().ok_or_else(|| AccountError::misconfigured("store of second factors"))
    }

    /// Encrypts the secret of a factor.
    fn seal(&self, subject: &SubjectId, secret: &TotpSecret) -> Result<Vec<u8>, AccountError> {
        if !self.keys.can_seal() {
            return Err(AccountError::misconfigured("key of second factors (AUTH_MFA_KEY)"));
        }
        Ok(self.keys.seal(subject.as_str(), secret.as_bytes())?)
    }

    /// Decrypts the secret of a factor; `None` if no key opens it, which only a change of the settings helps.
    fn open(&self, subject: &SubjectId, factor: &Factor) -> Option<Opened> {
        let opened = self.keys.open(subject.as_str(), &factor.secret);
        opened
            .inspect_err(|_| {
                tracing::error!(
                    target: "auth",
                    factor = %factor.id,
                    "no key opens the secret of a second factor, so that its codes are refused: set the AUTH_MFA_KEY or AUTH_SECRET of its enrolment"
                );
            })
            .ok()
    }
}

impl Auth {
    /// Whether a login of this subject asks for a second factor.
    ///
    /// ```
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// assert!(!auth.has_second_factor(&ada).await?);
    /// # Ok(()) });
    /// ```
    pub async fn has_second_factor(&self, subject: &SubjectId) -> Result<bool, AccountError> {
        Ok(!self.confirmed_factors(subject).await?.is_empty())
    }

    async fn confirmed_factors(&self, subject: &SubjectId) -> Result<Vec<Factor>, AccountError> {
        let Some(store) = &self.service()?.second_factor.store else { return Ok(Vec::new()) };
        let factors = store.factors(subject).await?;
        Ok(factors.into_iter().filter(|factor| factor.confirmed_at.is_some()).collect())
    }
}

impl Change {
    /// Removes what a removed subject had.
    pub(crate) async fn forget_factors(&self, subject: &SubjectId) -> Result<(), AccountError> {
        let Some(store) = &self.service()?.second_factor.store else { return Ok(()) };
        let recording = self.recording(Some(subject), |(): &()| Vec::new());
        recording.of(store.forget_factors(subject)).await
    }
}

fn is_totp(factor: &Factor) -> bool {
    factor.kind == FactorKind::Totp
}

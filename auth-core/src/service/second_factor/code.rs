//! Codes that a user presents: of an authenticator, or a recovery code.

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::is_totp;
use crate::base::{Context, SubjectId};
use crate::cache::Limited;
use crate::event::EventKind;
use crate::service::change::Change;
use crate::service::limits::{Attempt, Guess};
use crate::service::{AccountError, Auth};
use crate::store::{Factor, FactorKind};
use crate::token::{RecoveryCode, TotpSecret};

/// A code for the second factor of a subject.
pub(crate) struct Code {
    subject: SubjectId,
    text: SecretString,
}

impl Code {
    pub(crate) fn of(subject: &SubjectId, text: SecretString) -> Self {
        Self { subject: subject.clone(), text }
    }
}

impl Auth {
    /// The code that a login of this subject needs; `None` for a subject without a second factor, whatever it sent.
    ///
    /// Only for callers with a right first factor: the error shows that the subject has a second one.
    pub(crate) async fn needed_code(
        &self,
        subject: &SubjectId,
        sent: Option<SecretString>,
    ) -> Result<Option<Code>, AccountError> {
        if self.confirmed_factors(subject).await?.is_empty() {
            return Ok(None);
        }
        let sent = sent.filter(|sent| !sent.expose_secret().is_empty());
        let text = sent.ok_or(AccountError::SecondFactorRequired)?;
        Ok(Some(Code::of(subject, text)))
    }

    /// Runs a change that spends this code first. A wrong code counts against the limit of the subject, which is decided
    /// before the code is spent.
    pub(crate) async fn change_with<T, F>(
        &self,
        context: &Context,
        operation: &'static str,
        code: Option<Code>,
        work: impl FnOnce(Change) -> F + Send + 'static,
    ) -> Result<T, AccountError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, AccountError>> + Send + 'static,
    {
        let Some(code) = code else { return self.change(context, operation, work).await };
        let attempt = self.limit(context, Limited::OneTimeCode, Some(code.subject.as_str())).await?.into_owned();
        self.change(context, operation, |change| async move {
            change.spend(&code, &attempt).await?;
            work(change).await
        })
        .await
    }
}

/// The time step of a code.
pub(super) struct Step {
    pub(super) step: u64,
    /// The secret encrypted with the present key, if a former one had encrypted it.
    sealed: Option<Vec<u8>>,
}

impl Change {
    /// Uses a code up: of concurrent calls with one code one succeeds.
    async fn spend(&self, code: &Code, attempt: &Attempt<'_>) -> Result<(), AccountError> {
        let has_store = self.service()?.second_factor.store.is_some();
        let guess = attempt.guess().await?;
        let text = code.text.expose_secret();
        let spent = match RecoveryCode::parse(text) {
            _ if !has_store => Ok(false),
            Some(recovery) => self.spend_recovery_code(&code.subject, &recovery).await,
            None => self.spend_totp(&code.subject, text).await,
        };
        self.checked(&code.subject, guess, spent.map(|spent| spent.then_some(()))).await
    }

    /// The outcome of the check of a code, whose guess it counts; `None` is a wrong one.
    pub(super) async fn checked<T>(
        &self,
        subject: &SubjectId,
        guess: Guess<'_>,
        found: Result<Option<T>, AccountError>,
    ) -> Result<T, AccountError> {
        if let Ok(None) = found {
            self.auth().record(self.context(), EventKind::SecondFactorFailed { subject: subject.clone() });
        }
        guess.outcome(found.and_then(|found| found.ok_or(AccountError::InvalidCode))).await
    }

    async fn spend_recovery_code(&self, subject: &SubjectId, code: &RecoveryCode) -> Result<bool, AccountError> {
        let recording = self.recording_if(Some(subject), || EventKind::RecoveryCodeUsed { subject: subject.clone() });
        let (store, hash) = (self.service()?.second_factor.store()?, code.hash(subject));
        recording.of(store.use_recovery_code(subject, &hash, recording.audit())).await
    }

    async fn spend_totp(&self, subject: &SubjectId, text: &str) -> Result<bool, AccountError> {
        let store = self.service()?.second_factor.store()?;
        for factor in self.auth().confirmed_factors(subject).await?.iter().filter(|factor| is_totp(factor)) {
            let Some(Step { step, sealed }) = self.step_of(subject, factor, text)? else { continue };
            let used = || EventKind::SecondFactorUsed { subject: subject.clone(), factor: FactorKind::Totp };
            let recording = self.recording_if(Some(subject), used);
            // Refused at the same or an earlier step: the code was seen before (RFC 6238 section 5.2).
            let used = store.use_factor(&factor.id, step, self.now(), sealed.as_deref(), recording.audit());
            return recording.of(used).await;
        }
        Ok(false)
    }

    /// The time step of a code of this factor. A secret that no key opens has no codes, and the work of one that has.
    pub(super) fn step_of(
        &self,
        subject: &SubjectId,
        factor: &Factor,
        text: &str,
    ) -> Result<Option<Step>, AccountError> {
        let second_factor = &self.service()?.second_factor;
        // Authenticators show the digits in two groups.
        let digits = Zeroizing::new(text.chars().filter(|c| *c != ' ').take(8).collect::<String>());
        let Some(opened) = second_factor.open(subject, factor) else {
            std::hint::black_box(TotpSecret::random()?.step_of(&digits, self.now())?);
            return Ok(None);
        };
        let secret = TotpSecret::from_bytes(&opened.secret)?;
        let Some(step) = secret.step_of(&digits, self.now())? else { return Ok(None) };
        let seals = opened.is_of_former_key && second_factor.keys.can_seal();
        Ok(Some(Step { step, sealed: seals.then(|| second_factor.seal(subject, &secret)).transpose()? }))
    }
}

//! Enrolment and removal of second factors.

use std::collections::BTreeSet;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::code::Step;
use super::{AMR, Code, is_totp};
use crate::base::{Context, Email, FactorId, SessionId, SubjectId};
use crate::cache::Limited;
use crate::event::EventKind;
use crate::service::change::Change;
use crate::service::limits::Attempt;
use crate::service::{AccountError, Auth, user_of};
use crate::store::{FactorKind, NewFactor, Removable, Session, StepUp, UserRecord};
use crate::token::{RecoveryCode, TotpSecret};
use crate::verify::Identity;

const NO_FACTOR: AccountError = AccountError::NotFound { what: "second factor" };

/// The number of recovery codes.
const RECOVERY_CODES: usize = 10;

/// What a user's authenticator application needs, to be shown this once. `Debug` hides it.
#[derive(Debug)]
#[non_exhaustive]
pub struct TotpEnrolment {
    /// The secret in base32, to type it in.
    pub secret: SecretString,
    /// The URI of a QR code: `otpauth://totp/..`.
    pub uri: SecretString,
}

/// Recovery codes, to be shown this once: each logs in once in place of a second factor. `Debug` hides them.
#[derive(Debug)]
#[non_exhaustive]
pub struct RecoveryCodes {
    /// Ten codes of 80 random bits.
    pub codes: Vec<SecretString>,
}

impl Auth {
    /// Begins the enrolment of an authenticator application (TOTP, RFC 6238) as a second factor of an identity's subject. A
    /// login asks for it after [`confirm_totp`](Self::confirm_totp). Another call replaces an enrolment that was not
    /// confirmed.
    ///
    /// The secret is stored encrypted with the [key of second factors](crate::AuthBuilder::mfa_key).
    ///
    /// # Errors
    ///
    /// [`AccountError::StepUpRequired`] when the session authenticated over 15 minutes ago;
    /// [`AccountError::SecondFactorExists`]; [`AccountError::NotFound`] for a subject of another issuer;
    /// [`AccountError::CallerChanged`]; [`AccountError::Misconfigured`] without a store or a key of second factors.
    pub async fn enrol_totp(&self, context: &Context, identity: &Identity) -> Result<TotpEnrolment, AccountError> {
        let user = self.user_of(identity).await?;
        self.check_recent(identity.authenticated_at())?;
        let second_factor = &self.service()?.second_factor;
        let secret = TotpSecret::random()?;
        let sealed = second_factor.seal(&user.id, &secret)?;
        let account = user.email.as_ref().map_or(user.id.as_str(), Email::as_str);
        let enrolment = TotpEnrolment { secret: secret.to_base32(), uri: secret.to_uri(self.realm(), account) };
        let factor = NewFactor {
            id: FactorId::random(),
            subject: user.id,
            kind: FactorKind::Totp,
            secret: sealed,
            created_at: self.now(),
        };
        self.change(context, "enrol_totp", |change| async move {
            change.check_caller().await?;
            let subject = factor.subject.clone();
            let event = || EventKind::SecondFactorEnrolled { subject: subject.clone(), factor: FactorKind::Totp };
            let recording = change.recording_if(Some(&subject), event);
            let store = change.service()?.second_factor.store()?;
            let enrolled = recording.of(store.enrol_factor(factor, recording.audit())).await?;
            if enrolled { Ok(enrolment) } else { Err(AccountError::SecondFactorExists) }
        })
        .await
    }

    /// Confirms an [enrolment](Self::enrol_totp) with a code of the authenticator. From now on a login asks for a code.
    /// Returns recovery codes, which replace earlier ones.
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidCode`]; [`AccountError::RateLimited`]; [`AccountError::NotFound`] when there is no enrolment
    /// to confirm; [`AccountError::CallerChanged`].
    pub async fn confirm_totp(
        &self,
        context: &Context,
        identity: &Identity,
        code: SecretString,
    ) -> Result<RecoveryCodes, AccountError> {
        let subject = user_of(identity)?.clone();
        let attempt = self.limit(context, Limited::OneTimeCode, Some(subject.as_str())).await?.into_owned();
        self.change(context, "confirm_totp", |change| async move {
            change.check_caller().await?;
            change.confirm_totp(&subject, code.expose_secret(), &attempt).await
        })
        .await
    }

    /// Removes the authenticator of an identity's subject, and the recovery codes. It takes a code of it or a recovery
    /// code, or a session that authenticated by this second factor in the last 15 minutes, and not by an earlier one.
    ///
    /// The subject's other sessions end, which may have authenticated by the factor. This one goes on; tokens of its later
    /// refreshes have neither `otp` nor `mfa` in `amr`. An enrolment that was not confirmed takes a recent session only.
    ///
    /// # Errors
    ///
    /// [`AccountError::StepUpRequired`] without a code in another session; [`AccountError::InvalidCode`];
    /// [`AccountError::RateLimited`]; [`AccountError::NotFound`] when there is none; [`AccountError::CallerChanged`].
    pub async fn remove_totp(
        &self,
        context: &Context,
        identity: &Identity,
        code: Option<SecretString>,
    ) -> Result<(), AccountError> {
        let subject = user_of(identity)?.clone();
        let removable = if code.is_some() { Removable::All } else { self.removable(identity, &subject).await? };
        let session = identity.session().cloned();
        let code = code.map(|text| Code::of(&subject, text));
        self.change_with(context, "remove_totp", code, move |change| async move {
            change.check_caller().await?;
            if !change.remove_factors(&subject, FactorKind::Totp, removable).await? {
                // One that was confirmed since the check.
                let is_left = change.auth().confirmed_factors(&subject).await?.iter().any(is_totp);
                return Err(if is_left { AccountError::StepUpRequired } else { NO_FACTOR });
            }
            if removable == Removable::Unconfirmed {
                return Ok(());
            }
            change.end_other_sessions(&subject, session.as_ref()).await?;
            let Some(session) = session else { return Ok(()) };
            change.forget_second_factor(&subject, &session).await
        })
        .await
    }

    /// What an identity may remove without a code.
    async fn removable(&self, identity: &Identity, subject: &SubjectId) -> Result<Removable, AccountError> {
        self.check_recent(identity.authenticated_at())?;
        let factors = self.confirmed_factors(subject).await?;
        let by_second_factor = factors.is_empty() || identity.authenticated_by("mfa");
        let Some(factor) = factors.iter().find(|factor| is_totp(factor)) else {
            return if by_second_factor { Ok(Removable::Unconfirmed) } else { Err(AccountError::StepUpRequired) };
        };
        // A session from before the confirmation has not authenticated by this factor, but perhaps by a former one. The time
        // of an authentication is known to the second.
        let removable = Removable::ConfirmedUntil(identity.authenticated_at().after(Duration::from_millis(999)));
        if by_second_factor && removable.includes(factor.confirmed_at) {
            Ok(removable)
        } else {
            Err(AccountError::StepUpRequired)
        }
    }

    /// Removes the second factors and recovery codes of a subject that has lost them, as an administrator does after
    /// another proof of identity. Every session of the subject ends, and every access token is revoked, as by
    /// [`logout_everywhere`](Self::logout_everywhere): a session may have authenticated by a stolen code.
    ///
    /// ```
    /// use auth_core::AccountError;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let missing = auth.reset_second_factors(&system, &ada).await;
    /// assert_eq!(missing, Err(AccountError::NotFound { what: "second factor" }));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when the subject has none; [`AccountError::CallerChanged`]. After `Unavailable` they may
    /// have been removed, and sessions may go on.
    pub async fn reset_second_factors(&self, context: &Context, subject: &SubjectId) -> Result<(), AccountError> {
        let subject = subject.clone();
        self.change(context, "reset_second_factors", |change| async move {
            change.check_caller().await?;
            change.service()?.second_factor.store()?;
            if !change.remove_all_factors(&subject).await? {
                return Err(NO_FACTOR);
            }
            // After the removal: a login in progress may have used a code before it, and has read the version before.
            change.revoke_tokens(&subject).await?;
            change.end_sessions(&subject).await
        })
        .await
    }

    async fn user_of(&self, identity: &Identity) -> Result<UserRecord, AccountError> {
        let user = self.service()?.users.find_by_id(user_of(identity)?).await?;
        user.ok_or(AccountError::NotFound { what: "user" })
    }
}

impl Change {
    async fn confirm_totp(
        &self,
        subject: &SubjectId,
        code: &str,
        attempt: &Attempt<'_>,
    ) -> Result<RecoveryCodes, AccountError> {
        let missing = AccountError::NotFound { what: "enrolment to confirm" };
        let store = self.service()?.second_factor.store()?;
        let factors = store.factors(subject).await?;
        let factor = factors.iter().find(|factor| is_totp(factor) && factor.confirmed_at.is_none());
        let factor = factor.ok_or(missing.clone())?;
        let guess = attempt.guess().await?;
        let Step { step, .. } = self.checked(subject, guess, self.step_of(subject, factor, code)).await?;
        let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| RecoveryCode::random()).collect::<Result<_, _>>()?;
        let hashes: Vec<_> = codes.iter().map(|code| code.hash(subject)).collect();
        let event = || EventKind::SecondFactorConfirmed { subject: subject.clone(), factor: FactorKind::Totp };
        let recording = self.recording_if(Some(subject), event);
        let confirm = store.confirm_factor(&factor.id, step, self.now(), &hashes, recording.audit());
        let confirmed = recording.of(confirm).await?;
        let codes = codes.iter().map(RecoveryCode::shown).collect();
        if confirmed { Ok(RecoveryCodes { codes }) } else { Err(missing) }
    }

    /// Removes the factors of every kind; `false` when there is none.
    pub(crate) async fn remove_all_factors(&self, subject: &SubjectId) -> Result<bool, AccountError> {
        let Some(store) = &self.service()?.second_factor.store else { return Ok(false) };
        let factors = store.factors(subject).await?;
        let kinds: BTreeSet<_> = factors.into_iter().map(|factor| factor.kind).collect();
        let mut is_removed = false;
        for kind in kinds {
            is_removed |= self.remove_factors(subject, kind, Removable::All).await?;
        }
        Ok(is_removed)
    }

    async fn remove_factors(
        &self,
        subject: &SubjectId,
        kind: FactorKind,
        removable: Removable,
    ) -> Result<bool, AccountError> {
        let event = || EventKind::SecondFactorRemoved { subject: subject.clone(), factor: kind.clone() };
        let recording = self.recording_if(Some(subject), event);
        let store = self.service()?.second_factor.store()?;
        recording.of(store.remove_factors(subject, kind.clone(), removable, recording.audit())).await
    }

    /// Takes a removed authenticator out of the authentication methods of a session.
    async fn forget_second_factor(&self, subject: &SubjectId, id: &SessionId) -> Result<(), AccountError> {
        let sessions = &self.service()?.sessions;
        let is_by_it = |session: &Session| session.amr.split_whitespace().any(|method| method == AMR[0]);
        let Some(session) = sessions.find(id).await?.filter(is_by_it) else { return Ok(()) };
        let methods: Vec<_> = session.amr.split_whitespace().filter(|method| !AMR.contains(method)).collect();
        let step_up = StepUp {
            session: id,
            subject,
            version: session.version,
            amr: &methods.join(" "),
            at: session.authenticated_at,
        };
        let recording = self.recording(Some(subject), |_: &Option<Session>| Vec::new());
        recording.of(sessions.step_up(step_up, recording.audit())).await.map(drop)
    }
}

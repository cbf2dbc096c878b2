//! The kinds of events.

use serde::{Deserialize, Serialize};

use crate::base::{ApiKeyId, SessionId, SubjectId};
use crate::store::FactorKind;
use crate::token::Purpose;

/// The outcome of the operation of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Done.
    Success,
    /// Refused.
    Refused,
    /// A store failed during a change, which may or may not have been made, or a message was possibly not delivered.
    Unknown,
}

impl Outcome {
    /// The serialised name, for instance `success`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    /// The outcome of this name; `Unknown` for others.
    pub(super) fn named(name: &str) -> Self {
        [Self::Success, Self::Refused].into_iter().find(|outcome| outcome.name() == name).unwrap_or(Self::Unknown)
    }
}

/// The kind of an event, with its subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// A guard granted access.
    AccessGranted {
        /// The policy: the path of the handler or of the named policy.
        policy: String,
        /// The subject; `None` on a public route or with an API key alone.
        subject: Option<SubjectId>,
        /// The API key of the request.
        api_key: Option<ApiKeyId>,
    },
    /// A guard refused access.
    AccessRefused {
        /// The policy: the path of the handler or of the named policy.
        policy: String,
        /// The subject, if known.
        subject: Option<SubjectId>,
        /// The API key of the request, if known.
        api_key: Option<ApiKeyId>,
        /// The requirement that was not met.
        reason: String,
    },
    /// A credential did not verify.
    CredentialRefused {
        /// The reason; the response does not contain it.
        reason: String,
    },
    /// A request with a credential in a cookie, or a login of browser mode, does not come from a page of the service.
    CrossSiteRefused {
        /// The reason; the response does not contain it.
        reason: String,
    },
    /// A subject logged in.
    LoginSucceeded {
        /// The subject.
        subject: SubjectId,
        /// The new session.
        session: SessionId,
    },
    /// A login was refused. The name is not recorded: users type passwords into that field.
    LoginFailed {
        /// The subject, if the name exists.
        subject: Option<SubjectId>,
    },
    /// A rate limit is used up: the first refusal within an hour of a limit and the party that it counts by.
    RateLimited {
        /// The name of the [operation](crate::limits::Limited::name).
        operation: String,
        /// What the limit [counts by](crate::limits::By::name).
        by: String,
    },
    /// Logins of an account from unknown devices are refused for now: too many have failed. Once in an hour of them. Its
    /// known devices and its sessions go on.
    LoginSlowed {
        /// The subject.
        subject: SubjectId,
    },
    /// A user was added.
    UserRegistered {
        /// The subject.
        subject: SubjectId,
        /// The names of its roles; empty for a user that the application has added by its own statement.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        roles: Vec<Box<str>>,
    },
    /// A refresh token was exchanged for its successor.
    TokenRefreshed {
        /// The subject.
        subject: SubjectId,
        /// The session.
        session: SessionId,
        /// Whether the request was a retry within the leeway.
        retried: bool,
    },
    /// A refresh token was replayed after the leeway or after its successor: another party has a copy. Its session was
    /// ended.
    RefreshReplayed {
        /// The subject.
        subject: SubjectId,
        /// The session that was ended.
        session: SessionId,
    },
    /// A refresh token was refused because its binding did not match: another client, another DPoP key, a missing DPoP
    /// proof, or a proof for an unbound token. Token and session are unchanged.
    RefreshByStranger {
        /// The subject.
        subject: SubjectId,
        /// The session, which stays valid.
        session: SessionId,
    },
    /// An OAuth client is unknown or failed to authenticate. Its id is not recorded: secrets are sent in that field by
    /// mistake.
    ClientRefused,
    /// A session was ended by logout or by its subject.
    SessionEnded {
        /// The subject.
        subject: SubjectId,
        /// The session.
        session: SessionId,
    },
    /// All sessions of a subject were ended, possibly except the current one.
    SessionsEnded {
        /// The subject.
        subject: SubjectId,
        /// The number of sessions.
        count: usize,
    },
    /// Every access token of a subject was revoked.
    TokensRevoked {
        /// The subject.
        subject: SubjectId,
    },
    /// A password was changed.
    PasswordChanged {
        /// The subject.
        subject: SubjectId,
    },
    /// A password's hash was upgraded at login.
    PasswordRehashed {
        /// The subject.
        subject: SubjectId,
    },
    /// The stored hash of a subject's password cannot be verified, so that no password logs the subject in. A login was
    /// refused.
    PasswordHashUnreadable {
        /// The subject.
        subject: SubjectId,
    },
    /// The application reported a change or removal of a subject in its own store.
    SubjectInvalidated {
        /// The subject.
        subject: SubjectId,
    },
    /// The application dropped all cached state.
    CachesInvalidated,
    /// An account was changed: its e-mail address, its roles or its state. What did not change is absent.
    AccountUpdated {
        /// The subject.
        subject: SubjectId,
        /// Whether it has another e-mail address.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        email_changed: bool,
        /// The names of its roles, if they changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        roles: Option<Vec<Box<str>>>,
        /// The names of its roles before that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        roles_before: Option<Vec<Box<str>>>,
        /// Whether it is active, if that changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        active: Option<bool>,
    },
    /// An account was removed, with its sessions and API keys.
    AccountRemoved {
        /// The subject.
        subject: SubjectId,
    },
    /// A new key signs access tokens.
    SigningKeyRotated {
        /// The key's `kid`.
        kid: String,
    },
    /// A verifying key was added.
    VerifyingKeyAdded {
        /// The key's `kid`.
        kid: String,
    },
    /// A key was retired: its tokens are refused.
    KeyRetired {
        /// The key's `kid`.
        kid: String,
    },
    /// A stored role got other permissions, or was created.
    RoleChanged {
        /// The role's name.
        role: String,
        /// The names of its permissions from now on.
        #[serde(default)]
        permissions: Vec<Box<str>>,
    },
    /// A stored role was removed.
    RoleRemoved {
        /// The role's name.
        role: String,
    },
    /// An API key was created.
    ApiKeyCreated {
        /// The API key.
        api_key: ApiKeyId,
        /// Its owner.
        subject: SubjectId,
    },
    /// An API key was derived from another one.
    ApiKeyDerived {
        /// The API key.
        api_key: ApiKeyId,
        /// Its owner.
        subject: SubjectId,
        /// The key that it is derived from.
        parent: ApiKeyId,
    },
    /// An API key of a former service was imported.
    ApiKeyImported {
        /// The API key.
        api_key: ApiKeyId,
        /// Its owner.
        subject: SubjectId,
    },
    /// An API key got a new secret.
    ApiKeyRotated {
        /// The API key.
        api_key: ApiKeyId,
        /// Its owner.
        subject: SubjectId,
    },
    /// An API key was revoked.
    ApiKeyRevoked {
        /// The API key.
        api_key: ApiKeyId,
        /// Its owner; `None` in rows of earlier releases.
        #[serde(default)]
        subject: Option<SubjectId>,
    },
    /// A one-time token was made for a message to its subject's address.
    OneTimeTokenIssued {
        /// The subject.
        subject: SubjectId,
        /// What it is for.
        purpose: Purpose,
    },
    /// A one-time token was used. The address that it was sent to is verified from then on.
    OneTimeTokenUsed {
        /// The subject.
        subject: SubjectId,
        /// What it was for.
        purpose: Purpose,
    },
    /// A second factor was enrolled; a login asks for it when it is confirmed.
    SecondFactorEnrolled {
        /// The subject.
        subject: SubjectId,
        /// The kind of factor.
        factor: FactorKind,
    },
    /// A second factor was confirmed, and recovery codes were made.
    SecondFactorConfirmed {
        /// The subject.
        subject: SubjectId,
        /// The kind of factor.
        factor: FactorKind,
    },
    /// A second factor was removed, with the recovery codes if it was the last one.
    SecondFactorRemoved {
        /// The subject.
        subject: SubjectId,
        /// The kind of factor.
        factor: FactorKind,
    },
    /// A second factor was used.
    SecondFactorUsed {
        /// The subject.
        subject: SubjectId,
        /// The kind of factor.
        factor: FactorKind,
    },
    /// A recovery code was used up in place of a second factor.
    RecoveryCodeUsed {
        /// The subject.
        subject: SubjectId,
    },
    /// A code of a second factor was wrong or was used before. In a login, the password was right.
    SecondFactorFailed {
        /// The subject.
        subject: SubjectId,
    },
    /// A subject authenticated again in its session.
    SteppedUp {
        /// The subject.
        subject: SubjectId,
        /// The session.
        session: SessionId,
        /// The authentication methods from now on, separated by spaces.
        amr: String,
    },
    /// The application did not deliver a message with a one-time token.
    DeliveryFailed {
        /// The subject.
        subject: SubjectId,
        /// What its token was for.
        purpose: Purpose,
    },
    /// A store failed during a change, which may or may not have been made.
    ChangeUndecided {
        /// The name of the operation's method.
        operation: String,
        /// The subject of the account, session or key, if known.
        subject: Option<SubjectId>,
    },
    /// The audit trail lacks events: more refusals than [`AuditSampling`](super::AuditSampling) admits, or events that its
    /// store did not take. Their times are before that of this event.
    EventsDropped {
        /// The number of events since the last such event.
        count: u64,
    },
    /// Events that the retention no longer keeps were removed from the audit trail.
    EventsExpired {
        /// The number of events.
        count: u64,
    },
    /// Rows of the audit trail without a link, or chains of rows without the key or with a former one, were put under the
    /// current key.
    EventsAdopted {
        /// The number of rows that had no link.
        rows: u64,
        /// The number of chains.
        chains: u64,
    },
    /// A row of the audit trail that is no event of this release: a newer node has written it during an update, or another
    /// party, which [`verify_events`](crate::Auth::verify_events) finds. The actor of its event is that of the body, if it has
    /// one, and otherwise anonymous.
    Unrecognised {
        /// The kind that the row has.
        name: Box<str>,
        /// The subject, if any.
        subject: Option<SubjectId>,
        /// The id of the row. One that is no UUID has an event with the id zero.
        row: Box<str>,
        /// The body of the row, in which a newer release has JSON.
        body: String,
    },
}

impl EventKind {
    pub(crate) const ACCESS_GRANTED: &'static str = "access_granted";
    pub(crate) const ACCESS_REFUSED: &'static str = "access_refused";
    pub(crate) const CREDENTIAL_REFUSED: &'static str = "credential_refused";
    pub(crate) const CROSS_SITE_REFUSED: &'static str = "cross_site_refused";

    /// The event's subject, if known.
    #[must_use]
    pub const fn subject(&self) -> Option<&SubjectId> {
        match self.subject_member() {
            Some(subject) => subject,
            None => None,
        }
    }

    /// The session that the event is about; `None` for events of other objects.
    #[must_use]
    pub const fn session(&self) -> Option<&SessionId> {
        match self {
            Self::LoginSucceeded { session, .. }
            | Self::TokenRefreshed { session, .. }
            | Self::RefreshReplayed { session, .. }
            | Self::RefreshByStranger { session, .. }
            | Self::SessionEnded { session, .. }
            | Self::SteppedUp { session, .. } => Some(session),
            _ => None,
        }
    }

    /// The member `subject`; `None` for kinds without one.
    #[expect(clippy::option_option, reason = "a member that is null is not an absent one")]
    pub(super) const fn subject_member(&self) -> Option<Option<&SubjectId>> {
        match self {
            Self::AccessGranted { subject, .. }
            | Self::AccessRefused { subject, .. }
            | Self::LoginFailed { subject }
            | Self::ApiKeyRevoked { subject, .. }
            | Self::ChangeUndecided { subject, .. }
            | Self::Unrecognised { subject, .. } => Some(subject.as_ref()),
            Self::LoginSucceeded { subject, .. }
            | Self::LoginSlowed { subject }
            | Self::UserRegistered { subject, .. }
            | Self::TokenRefreshed { subject, .. }
            | Self::RefreshReplayed { subject, .. }
            | Self::RefreshByStranger { subject, .. }
            | Self::SessionEnded { subject, .. }
            | Self::SessionsEnded { subject, .. }
            | Self::TokensRevoked { subject }
            | Self::PasswordChanged { subject }
            | Self::PasswordRehashed { subject }
            | Self::PasswordHashUnreadable { subject }
            | Self::SubjectInvalidated { subject }
            | Self::AccountUpdated { subject, .. }
            | Self::AccountRemoved { subject }
            | Self::ApiKeyCreated { subject, .. }
            | Self::ApiKeyDerived { subject, .. }
            | Self::ApiKeyImported { subject, .. }
            | Self::ApiKeyRotated { subject, .. }
            | Self::OneTimeTokenIssued { subject, .. }
            | Self::OneTimeTokenUsed { subject, .. }
            | Self::DeliveryFailed { subject, .. }
            | Self::SecondFactorEnrolled { subject, .. }
            | Self::SecondFactorConfirmed { subject, .. }
            | Self::SecondFactorRemoved { subject, .. }
            | Self::SecondFactorUsed { subject, .. }
            | Self::RecoveryCodeUsed { subject }
            | Self::SecondFactorFailed { subject }
            | Self::SteppedUp { subject, .. } => Some(Some(subject)),
            Self::CredentialRefused { .. }
            | Self::CrossSiteRefused { .. }
            | Self::ClientRefused
            | Self::RateLimited { .. }
            | Self::CachesInvalidated
            | Self::SigningKeyRotated { .. }
            | Self::VerifyingKeyAdded { .. }
            | Self::KeyRetired { .. }
            | Self::RoleChanged { .. }
            | Self::RoleRemoved { .. }
            | Self::EventsDropped { .. }
            | Self::EventsExpired { .. }
            | Self::EventsAdopted { .. } => None,
        }
    }

    pub(crate) const fn outcome(&self) -> Outcome {
        match self {
            Self::AccessRefused { .. }
            | Self::CredentialRefused { .. }
            | Self::CrossSiteRefused { .. }
            | Self::LoginFailed { .. }
            | Self::SecondFactorFailed { .. }
            | Self::PasswordHashUnreadable { .. }
            | Self::RefreshReplayed { .. }
            | Self::RefreshByStranger { .. }
            | Self::RateLimited { .. }
            | Self::LoginSlowed { .. }
            | Self::ClientRefused => Outcome::Refused,
            Self::ChangeUndecided { .. }
            | Self::DeliveryFailed { .. }
            | Self::EventsDropped { .. }
            | Self::Unrecognised { .. } => Outcome::Unknown,
            _ => Outcome::Success,
        }
    }
}

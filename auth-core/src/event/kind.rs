//! The kinds of events.

use serde::{Deserialize, Serialize};

use crate::base::{ApiKeyId, SessionId, SubjectId};

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was refused.
    Refused,
    /// A store failed during a change: whether the change was made is unknown.
    Unknown,
}

impl Outcome {
    /// The name by which it serialises, for instance `success`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// What happened, and to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// A guard let a caller in.
    AccessGranted {
        /// The policy that was met: the handler or the named policy, with its module.
        policy: String,
        /// Who called; `None` on a public route or with an API key alone.
        subject: Option<SubjectId>,
        /// The API key that was used.
        api_key: Option<ApiKeyId>,
    },
    /// A guard refused a caller.
    AccessRefused {
        /// The policy that was not met: the handler or the named policy, with its module.
        policy: String,
        /// Who called, if known.
        subject: Option<SubjectId>,
        /// The API key that was used, if known.
        api_key: Option<ApiKeyId>,
        /// What the caller lacked.
        reason: String,
    },
    /// A credential did not verify.
    CredentialRefused {
        /// Why; the response does not say it.
        reason: String,
    },
    /// A subject logged in.
    LoginSucceeded {
        /// Who.
        subject: SubjectId,
        /// The new session.
        session: SessionId,
    },
    /// A login was refused. The name that was tried is not recorded: people type passwords into that field.
    LoginFailed {
        /// The subject, when there is one of that name.
        subject: Option<SubjectId>,
    },
    /// A user was added.
    UserRegistered {
        /// Who.
        subject: SubjectId,
    },
    /// A refresh token was exchanged for its successor.
    TokenRefreshed {
        /// Whose.
        subject: SubjectId,
        /// The session.
        session: SessionId,
        /// Whether it was a retry within the leeway.
        retried: bool,
    },
    /// A refresh token was used again after the leeway: another party holds a copy. Its session has been ended.
    RefreshReplayed {
        /// Whose.
        subject: SubjectId,
        /// The session that was ended.
        session: SessionId,
    },
    /// A refresh token was presented by another client, or with another key, than it is bound to, or without the key, or
    /// with one though it is bound to none. It was refused, and nothing else happened to it.
    RefreshByStranger {
        /// Whose.
        subject: SubjectId,
        /// The session, which goes on.
        session: SessionId,
    },
    /// An OAuth client is unknown or did not authenticate as it must. The name that was tried is not recorded: people
    /// type secrets into that field.
    ClientRefused,
    /// A session ended by logout or by its subject's wish.
    SessionEnded {
        /// Whose.
        subject: SubjectId,
        /// Which.
        session: SessionId,
    },
    /// All sessions of a subject ended, but at most the one that asked for it.
    SessionsEnded {
        /// Whose.
        subject: SubjectId,
        /// How many.
        count: usize,
    },
    /// Every access token of a subject was revoked.
    TokensRevoked {
        /// Whose.
        subject: SubjectId,
    },
    /// A password was changed.
    PasswordChanged {
        /// Whose.
        subject: SubjectId,
    },
    /// A password's hash was replaced by a better one at login.
    PasswordRehashed {
        /// Whose.
        subject: SubjectId,
    },
    /// The application says that it changed or removed a subject in its own store.
    SubjectInvalidated {
        /// Who.
        subject: SubjectId,
    },
    /// An account was changed: its address, its roles, or whether it is active.
    AccountUpdated {
        /// Whose.
        subject: SubjectId,
    },
    /// An account was removed, with its sessions and API keys.
    AccountRemoved {
        /// Whose.
        subject: SubjectId,
    },
    /// Another key signs access tokens from now on.
    SigningKeyRotated {
        /// The key's name.
        kid: String,
    },
    /// Tokens of another key are accepted from now on.
    VerifyingKeyAdded {
        /// The key's name.
        kid: String,
    },
    /// Tokens of a key are refused from now on.
    KeyRetired {
        /// The key's name.
        kid: String,
    },
    /// An API key was made.
    ApiKeyCreated {
        /// Which.
        api_key: ApiKeyId,
        /// Its owner.
        subject: SubjectId,
    },
    /// An API key was given a new secret.
    ApiKeyRotated {
        /// Which.
        api_key: ApiKeyId,
        /// Its owner.
        subject: SubjectId,
    },
    /// An API key was revoked.
    ApiKeyRevoked {
        /// Which.
        api_key: ApiKeyId,
    },
    /// A store failed during a change, which may or may not have been made.
    ChangeUndecided {
        /// The operation, as it is called in Rust.
        operation: String,
        /// Whose account, session or key.
        subject: Option<SubjectId>,
    },
}

impl EventKind {
    /// The name by which it serialises, for instance `login_succeeded`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AccessGranted { .. } => Self::ACCESS_GRANTED,
            Self::AccessRefused { .. } => Self::ACCESS_REFUSED,
            Self::CredentialRefused { .. } => Self::CREDENTIAL_REFUSED,
            Self::LoginSucceeded { .. } => "login_succeeded",
            Self::LoginFailed { .. } => "login_failed",
            Self::UserRegistered { .. } => "user_registered",
            Self::TokenRefreshed { .. } => "token_refreshed",
            Self::RefreshReplayed { .. } => "refresh_replayed",
            Self::RefreshByStranger { .. } => "refresh_by_stranger",
            Self::ClientRefused => "client_refused",
            Self::SessionEnded { .. } => "session_ended",
            Self::SessionsEnded { .. } => "sessions_ended",
            Self::TokensRevoked { .. } => "tokens_revoked",
            Self::PasswordChanged { .. } => "password_changed",
            Self::PasswordRehashed { .. } => "password_rehashed",
            Self::SubjectInvalidated { .. } => "subject_invalidated",
            Self::AccountUpdated { .. } => "account_updated",
            Self::AccountRemoved { .. } => "account_removed",
            Self::SigningKeyRotated { .. } => "signing_key_rotated",
            Self::VerifyingKeyAdded { .. } => "verifying_key_added",
            Self::KeyRetired { .. } => "key_retired",
            Self::ApiKeyCreated { .. } => "api_key_created",
            Self::ApiKeyRotated { .. } => "api_key_rotated",
            Self::ApiKeyRevoked { .. } => "api_key_revoked",
            Self::ChangeUndecided { .. } => "change_undecided",
        }
    }

    pub(crate) const ACCESS_GRANTED: &'static str = "access_granted";
    pub(crate) const ACCESS_REFUSED: &'static str = "access_refused";
    pub(crate) const CREDENTIAL_REFUSED: &'static str = "credential_refused";

    /// The subject that it concerns, if it is known.
    #[must_use]
    pub const fn subject(&self) -> Option<&SubjectId> {
        match self {
            Self::AccessGranted { subject, .. }
            | Self::AccessRefused { subject, .. }
            | Self::LoginFailed { subject }
            | Self::ChangeUndecided { subject, .. } => subject.as_ref(),
            Self::LoginSucceeded { subject, .. }
            | Self::UserRegistered { subject }
            | Self::TokenRefreshed { subject, .. }
            | Self::RefreshReplayed { subject, .. }
            | Self::RefreshByStranger { subject, .. }
            | Self::SessionEnded { subject, .. }
            | Self::SessionsEnded { subject, .. }
            | Self::TokensRevoked { subject }
            | Self::PasswordChanged { subject }
            | Self::PasswordRehashed { subject }
            | Self::SubjectInvalidated { subject }
            | Self::AccountUpdated { subject }
            | Self::AccountRemoved { subject }
            | Self::ApiKeyCreated { subject, .. }
            | Self::ApiKeyRotated { subject, .. } => Some(subject),
            Self::CredentialRefused { .. }
            | Self::ClientRefused
            | Self::SigningKeyRotated { .. }
            | Self::VerifyingKeyAdded { .. }
            | Self::KeyRetired { .. }
            | Self::ApiKeyRevoked { .. } => None,
        }
    }

    pub(crate) const fn outcome(&self) -> Outcome {
        match self {
            Self::AccessRefused { .. }
            | Self::CredentialRefused { .. }
            | Self::LoginFailed { .. }
            | Self::RefreshReplayed { .. }
            | Self::RefreshByStranger { .. }
            | Self::ClientRefused => Outcome::Refused,
            Self::ChangeUndecided { .. } => Outcome::Unknown,
            _ => Outcome::Success,
        }
    }
}

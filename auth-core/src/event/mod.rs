//! What happened, for those who watch. A decision cannot be made without its event.

use crate::base::{ApiKeyId, SessionId, SubjectId};
use crate::policy::Declaration;
use crate::token::TokenError;
use crate::verify::Caller;
use crate::web::Refusal;

/// Something that happened, as an [`EventSink`] sees it. Never holds a secret, a token or a password.
///
/// ```
/// use auth_core::event::Event;
///
/// fn is_alarming(event: &Event<'_>) -> bool {
///     matches!(event, Event::RefreshReplayed { .. } | Event::RefreshByStranger { .. })
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A guard let a caller in.
    #[non_exhaustive]
    AccessGranted {
        /// The policy that was met.
        policy: &'static Declaration,
        /// Who called; `None` on a public route or with an API key alone.
        subject: Option<&'a SubjectId>,
        /// The API key that was used.
        api_key: Option<&'a ApiKeyId>,
    },
    /// A guard refused a caller.
    #[non_exhaustive]
    AccessRefused {
        /// The policy that was not met.
        policy: &'static Declaration,
        /// Who called, if known.
        subject: Option<&'a SubjectId>,
        /// The API key that was used, if known.
        api_key: Option<&'a ApiKeyId>,
        /// What the caller was told.
        refusal: &'a Refusal,
    },
    /// A credential did not verify.
    CredentialRefused {
        /// Why; the caller is not told.
        reason: TokenError,
    },
    /// A subject logged in.
    LoginSucceeded {
        /// Who.
        subject: &'a SubjectId,
        /// The new session.
        session: &'a SessionId,
    },
    /// A login was refused. The name that was tried is not recorded: people type passwords into that field.
    LoginFailed {
        /// The subject, when there is one of that name.
        subject: Option<&'a SubjectId>,
    },
    /// A user was added.
    UserRegistered {
        /// Who.
        subject: &'a SubjectId,
    },
    /// A refresh token was exchanged for its successor.
    TokenRefreshed {
        /// Whose.
        subject: &'a SubjectId,
        /// The session.
        session: &'a SessionId,
        /// Whether it was a retry within the leeway.
        retried: bool,
    },
    /// A refresh token was used again after the leeway: somebody holds a copy. Its session has been ended.
    RefreshReplayed {
        /// Whose.
        subject: &'a SubjectId,
        /// The session that was ended.
        session: &'a SessionId,
    },
    /// A refresh token was presented by another client, or with another key, than it is bound to, or without the key, or
    /// with one though it is bound to none. It was refused, and nothing else happened to it.
    RefreshByStranger {
        /// Whose.
        subject: &'a SubjectId,
        /// The session, which goes on.
        session: &'a SessionId,
    },
    /// An OAuth client is unknown or did not authenticate as it must. The name that was tried is not recorded: people
    /// type secrets into that field.
    ClientRefused,
    /// A session ended by logout or by its subject's wish.
    SessionEnded {
        /// Whose.
        subject: &'a SubjectId,
        /// Which.
        session: &'a SessionId,
    },
    /// All sessions of a subject ended, but at most the one that asked for it.
    SessionsEnded {
        /// Whose.
        subject: &'a SubjectId,
        /// How many.
        count: usize,
    },
    /// A password was changed.
    PasswordChanged {
        /// Whose.
        subject: &'a SubjectId,
    },
    /// A password's hash was replaced by a better one at login.
    PasswordRehashed {
        /// Whose.
        subject: &'a SubjectId,
    },
    /// The application changed or removed a subject.
    SubjectChanged {
        /// Who.
        subject: &'a SubjectId,
    },
    /// An account was removed, with its sessions and API keys.
    AccountRemoved {
        /// Whose.
        subject: &'a SubjectId,
    },
    /// Another key signs access tokens from now on.
    SigningKeyRotated {
        /// The key's name.
        kid: &'a str,
    },
    /// Tokens of another key are accepted from now on.
    VerifyingKeyAdded {
        /// The key's name.
        kid: &'a str,
    },
    /// Tokens of a key are refused from now on.
    KeyRetired {
        /// The key's name.
        kid: &'a str,
    },
    /// An API key was made.
    ApiKeyCreated {
        /// Which.
        api_key: &'a ApiKeyId,
        /// By whom.
        owner: &'a SubjectId,
    },
    /// An API key was given a new secret.
    ApiKeyRotated {
        /// Which.
        api_key: &'a ApiKeyId,
    },
    /// An API key was revoked.
    ApiKeyRevoked {
        /// Which.
        api_key: &'a ApiKeyId,
    },
}

impl<'a> Event<'a> {
    pub(crate) fn granted(policy: &'static Declaration, caller: &'a Caller) -> Self {
        let (subject, api_key) = names(Some(caller));
        Self::AccessGranted { policy, subject, api_key }
    }

    pub(crate) fn refused(policy: &'static Declaration, caller: Option<&'a Caller>, refusal: &'a Refusal) -> Self {
        let (subject, api_key) = names(caller);
        Self::AccessRefused { policy, subject, api_key, refusal }
    }
}

fn names(caller: Option<&Caller>) -> (Option<&SubjectId>, Option<&ApiKeyId>) {
    let subject = caller.and_then(Caller::subject).map(crate::Identity::subject);
    let api_key = caller.and_then(Caller::api_key).map(crate::ApiKeyIdentity::id);
    (subject, api_key)
}

/// Takes every event as it happens, on the request's own task: it must not block.
///
/// It replaces [`TracingSink`]; give it to [`AuthBuilder::events`](crate::AuthBuilder::events).
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use auth_core::event::{Event, EventSink};
///
/// #[derive(Clone, Default)]
/// struct FailedLogins(Arc<AtomicU32>);
///
/// impl EventSink for FailedLogins {
///     fn record(&self, event: &Event<'_>) {
///         if let Event::LoginFailed { .. } = event {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let failed = FailedLogins::default();
/// let auth = testing::in_memory().events(failed.clone()).build()?;
/// let _ = auth.login(Login::new("nobody@example.com", "a guess")).await;
/// assert_eq!(failed.0.load(Ordering::Relaxed), 1);
/// # Ok(())
/// # }
/// # use auth_core::{Login, testing};
/// ```
pub trait EventSink: Send + Sync + 'static {
    /// Takes one event.
    fn record(&self, event: &Event<'_>);
}

/// The default sink: `tracing` events with the target `auth`, what was granted at `debug`, what was refused at `info`,
/// signs of theft at `warn`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingSink;

impl EventSink for TracingSink {
    fn record(&self, event: &Event<'_>) {
        match event {
            Event::AccessGranted { .. } | Event::TokenRefreshed { .. } => tracing::debug!(target: "auth", ?event),
            Event::RefreshReplayed { .. } | Event::RefreshByStranger { .. } => tracing::warn!(target: "auth", ?event),
            _ => tracing::info!(target: "auth", ?event),
        }
    }
}

//! The actor, origin and time of an operation.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ApiKeyId, SessionId, SubjectId, Timestamp};

/// The maximum length of a text from the client, in characters; the rest is cut off.
const MAX_CHARS: usize = 256;

/// The actor, origin and time of an operation of [`Auth`](crate::Auth), copied into its events.
///
/// In a handler it is an extractor. Jobs and tests use [`Context::system`], with the reason for the operation.
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::{Context, Refusal};
/// use axum::extract::State;
///
/// #[require_auth]
/// async fn logout_everywhere(identity: Identity, context: Context, State(auth): State<Auth>) -> Result<(), Refusal> {
///     auth.logout_everywhere(&context, identity.subject()).await?;
///     Ok(())
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Context {
    /// The actor.
    pub actor: Actor,
    /// The session of the actor's access token, if it has one.
    pub session: Option<SessionId>,
    /// The client's IP address.
    pub address: Option<IpAddr>,
    /// The `User-Agent`, truncated to 256 characters.
    pub agent: Option<Box<str>>,
    /// The request's `X-Request-Id`, set by a proxy or a layer around the service.
    pub request_id: Option<Box<str>>,
    /// The time of the operation; `None` means the time at which it starts.
    #[serde(skip)]
    pub at: Option<Timestamp>,
    /// What the caller could do when its request was verified.
    #[serde(skip)]
    pub(crate) standing: Option<Standing>,
    /// When the subject of the request authenticated; `None` for another actor, and without a request.
    #[serde(skip)]
    pub(crate) authenticated_at: Option<Timestamp>,
}

/// What was verified of a caller. A change that gives or takes rights verifies it again at its write: the client decides how
/// long its body takes, and hashing a password is slow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Subject(SubjectStanding),
    /// The hash of the API key's secret that was presented.
    ApiKey([u8; 32]),
}

/// A subject's session, version and roles when its request was verified. A change compares them at its write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SubjectStanding {
    /// `None` for a legacy token.
    pub(crate) session: Option<SessionId>,
    pub(crate) version: u64,
    pub(crate) roles: Arc<[Box<str>]>,
}

/// The actor of a [`Context`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Actor {
    /// A request without a verified credential.
    Anonymous,
    /// A subject, authenticated by an access token.
    Subject(SubjectId),
    /// A program, authenticated by an API key.
    ApiKey(ApiKeyId),
    /// The service itself, with the reason.
    System(Cow<'static, str>),
}

impl Context {
    /// Creates the context of the service itself: a job, a command line, a test. Events record `reason`.
    pub fn system(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Actor::System(reason.into()))
    }

    /// Creates a context of this actor without an origin.
    #[must_use]
    pub const fn of(actor: Actor) -> Self {
        Self {
            actor,
            session: None,
            address: None,
            agent: None,
            request_id: None,
            at: None,
            standing: None,
            authenticated_at: None,
        }
    }

    /// Sets the session of the actor.
    #[must_use]
    pub fn session(mut self, session: &SessionId) -> Self {
        self.session = Some(session.clone());
        self
    }

    /// Sets the client's IP address.
    #[must_use]
    pub const fn address(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Sets the `User-Agent`, without control characters and truncated to 256 characters.
    #[must_use]
    pub fn agent(mut self, agent: &str) -> Self {
        self.agent = Some(sanitized(agent));
        self
    }

    /// Sets the request id, without control characters and truncated to 256 characters.
    #[must_use]
    pub fn request_id(mut self, id: &str) -> Self {
        self.request_id = Some(sanitized(id));
        self
    }

    /// Sets the time.
    #[must_use]
    pub const fn at(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }
}

fn sanitized(text: &str) -> Box<str> {
    text.chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect::<String>().into()
}

//! In whose name and from where an operation is called.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{ApiKeyId, SubjectId, Timestamp};

/// The longest text of a client that is kept, in characters.
const MAX_CHARS: usize = 256;

/// Who calls an operation of [`Auth`](crate::Auth), from where and when: every event takes it over.
///
/// In a handler it is an extractor; jobs and tests say why they act by [`Context::system`].
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::{Context, Refusal};
/// use axum::extract::State;
///
/// #[require_auth]
/// async fn end_everywhere(identity: Identity, context: Context, State(auth): State<Auth>) -> Result<(), Refusal> {
///     auth.logout_everywhere(&context, identity.subject()).await?;
///     Ok(())
/// }
///
/// # fn main() {
/// let nightly = Context::system("nightly clean-up");
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Context {
    /// Who acts.
    pub actor: Actor,
    /// The address of the peer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// The `User-Agent`, cut after 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Box<str>>,
    /// The request's `X-Request-Id`, which a proxy or a layer around the service sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Box<str>>,
    /// When; `None` means the time at which the operation starts.
    #[serde(skip)]
    pub at: Option<Timestamp>,
}

/// Who acts in a [`Context`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Actor {
    /// A request without a verified credential.
    Anonymous,
    /// A subject, by access token.
    Subject(SubjectId),
    /// A program, by API key.
    ApiKey(ApiKeyId),
    /// The service itself, and why.
    System(Cow<'static, str>),
}

impl Context {
    /// The service itself acts: a job, a command line, a test. `why` stands in the events.
    pub fn system(why: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Actor::System(why.into()))
    }

    /// This actor, from nowhere in particular.
    #[must_use]
    pub const fn of(actor: Actor) -> Self {
        Self { actor, address: None, agent: None, request_id: None, at: None }
    }

    /// From this address.
    #[must_use]
    pub const fn address(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// With this `User-Agent`, of which 256 characters are kept, none of them control characters.
    #[must_use]
    pub fn agent(mut self, agent: &str) -> Self {
        self.agent = Some(kept(agent));
        self
    }

    /// Within the request of this id, of which 256 characters are kept, none of them control characters.
    #[must_use]
    pub fn request_id(mut self, id: &str) -> Self {
        self.request_id = Some(kept(id));
        self
    }

    /// At this time.
    #[must_use]
    pub const fn at(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }
}

fn kept(text: &str) -> Box<str> {
    text.chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect::<String>().into()
}

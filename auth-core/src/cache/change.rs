//! A change of a cached row.

use serde::{Deserialize, Serialize};

use crate::base::{ApiKeyId, SessionId, SubjectId};

/// A change in a store, which invalidates the cached entry on every node. The built-in fan-outs send it as JSON:
/// `{"subject":"42"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// A subject: roles, version or state changed, or it was removed.
    Subject(SubjectId),
    /// A session: ended or raised to a new version.
    Session(SessionId),
    /// An API key: rotated, revoked or used.
    ApiKey(ApiKeyId),
}

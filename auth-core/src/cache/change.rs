//! What has changed.

use serde::{Deserialize, Serialize};

use crate::base::{ApiKeyId, SessionId, SubjectId};

/// Something that changed in a store, and must be forgotten by whoever has cached it.
///
/// ```
/// use auth_core::cluster::Change;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let change = Change::Subject("42".parse()?);
/// assert_eq!(serde_json::to_string(&change)?, r#"{"subject":"42"}"#); // as the built-in fan-outs send it
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// A subject: its roles, its version, whether it is active or there at all.
    Subject(SubjectId),
    /// A session: ended, or lifted to a new version.
    Session(SessionId),
    /// An API key: rotated, revoked or used.
    ApiKey(ApiKeyId),
}

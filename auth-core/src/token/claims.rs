//! The claims of an access token (RFC 9068 section 2.2).

use serde::{Deserialize, Serialize};

use crate::{SessionId, SubjectId};

/// The claims of an access token: RFC 9068's, the session and the subject's version.
///
/// Every claim without a default is required: a token that lacks it, or gives it another JSON type, is refused. Times
/// are seconds since the Unix epoch.
///
/// As an extractor it reuses the request's one verification.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Subject.
    pub sub: SubjectId,
    /// Audience: whom the token is meant for.
    pub aud: OneOrMany,
    /// Expiry.
    pub exp: i64,
    /// Not before.
    pub nbf: i64,
    /// Issued at.
    pub iat: i64,
    /// The token's own id.
    pub jti: String,
    /// The client the token was issued to.
    pub client_id: String,
    /// When the subject authenticated.
    pub auth_time: i64,
    /// How the subject authenticated (RFC 8176).
    #[serde(default)]
    pub amr: Vec<String>,
    /// Granted scopes, separated by spaces.
    #[serde(default)]
    pub scope: String,
    /// The subject's role names when the token was issued, for other services; guards here consult the present ones.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The session the token belongs to.
    pub sid: SessionId,
    /// The subject's version when the token was issued.
    pub ver: u64,
}

/// `aud` is a string or a list of strings (RFC 7519 section 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// A single string.
    One(String),
    /// A list.
    Many(Vec<String>),
}

impl OneOrMany {
    /// Whether `value` is among them.
    #[must_use]
    pub fn contains(&self, value: &str) -> bool {
        match self {
            Self::One(one) => one == value,
            Self::Many(many) => many.iter().any(|one| one == value),
        }
    }
}

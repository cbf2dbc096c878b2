//! The tokens of a login or refresh, and their JSON.

use serde::{Serialize, Serializer};

use crate::base::{SessionId, SubjectId};
use crate::token::{Access, Refresh, Token};

/// The tokens of a login or refresh.
///
/// As a response it is the JSON of RFC 6749 section 5.1 with `Cache-Control: no-store`. `Serialize` gives the same JSON,
/// and so exposes the tokens: for a body that has more fields than these. [`http::NoStore`](crate::http::NoStore) sets the
/// headers of such a response.
///
/// ```
/// use auth_core::{Login, Tokens};
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct LoggedIn {
///     #[serde(flatten)]
///     tokens: Tokens,
///     theme: &'static str,
/// }
///
/// # auth_core::testing::example(async |auth, ada, system| {
/// let tokens = auth.login(&system, Login::new("ada@example.com", "three words and a comma")).await?;
/// let body = serde_json::to_value(LoggedIn { tokens, theme: "dark" })?;
/// assert_eq!(body["token_type"], "bearer");
/// assert_eq!(body["expires_in"], 15 * 60);
/// assert!(body["access_token"].is_string() && body["refresh_token"].is_string());
/// # Ok(()) });
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// The access token.
    pub access: Token<Access>,
    /// The refresh token, for a single use.
    pub refresh: Token<Refresh>,
    /// The lifetime of the access token in seconds.
    pub expires_in: u64,
    /// The access token's scopes, separated by spaces.
    pub scope: String,
    /// The subject.
    pub subject: SubjectId,
    /// The session.
    pub session: SessionId,
    /// The type of the access token: `bearer`, or `DPoP` for one that is bound to a key (RFC 9449 section 5).
    pub token_type: &'static str,
}

/// A token response (RFC 6749 section 5.1).
#[derive(Serialize)]
pub(crate) struct TokenResponse<'a> {
    access_token: &'a str,
    refresh_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
}

impl<'a> TokenResponse<'a> {
    pub(crate) fn new(tokens: &'a Tokens, scope: Option<&'a str>) -> Self {
        Self {
            access_token: tokens.access.expose(),
            refresh_token: tokens.refresh.expose(),
            token_type: tokens.token_type,
            expires_in: tokens.expires_in,
            scope,
        }
    }
}

impl Serialize for Tokens {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        TokenResponse::new(self, Some(&self.scope)).serialize(serializer)
    }
}

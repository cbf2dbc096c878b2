//! Revocation (RFC 7009).

use super::{Client, OAuthError};
use crate::base::{Context, SessionId};
use crate::cache::Limited;
use crate::service::{AccountError, Auth};
use crate::token::{ApiKey, Token};

impl Auth {
    /// Ends the session of a refresh or access token of this client, which invalidates all tokens of the session. An
    /// invalid token is not an error (RFC 7009 section 2.2).
    ///
    /// A used refresh token ends its session, too: revocation covers the whole token family.
    pub(crate) async fn revoke(&self, context: &Context, client: &Client<'_>, token: &str) -> Result<(), OAuthError> {
        let sessions = &self.service()?.sessions;
        self.limit_address(context, Limited::Refresh).await?;
        if ApiKey::is_one(token) || self.verifier().is_legacy(token) {
            return Err(OAuthError::unsupported_token_type());
        }
        let session = match Token::parse(token) {
            Ok(refresh) => self.stored_token(&refresh).await?.map(|(_, found)| found.session),
            Err(_) => match self.session_of_access_token(token) {
                Some(id) => sessions.find(&id).await.map_err(AccountError::from)?,
                None => None,
            },
        };
        let Some(session) = session else { return Ok(()) };
        if !client.began(&session) {
            return Err(OAuthError::invalid_grant("the token was issued to another client"));
        }
        self.end_session(context, &session.subject, &session.id).await?;
        Ok(())
    }

    /// The session of a valid access token; an expired one needs no revocation.
    fn session_of_access_token(&self, token: &str) -> Option<SessionId> {
        self.access_tokens().verify(token, self.now()).ok()?.sid.clone()
    }
}

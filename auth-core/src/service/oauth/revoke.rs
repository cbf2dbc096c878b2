//! Revocation (RFC 7009).

use super::{Client, OAuthError};
use crate::base::SessionId;
use crate::service::Auth;
use crate::token::ApiKey;
use crate::token::Token;
use crate::web::Refusal;

impl Auth {
    /// Ends the session of a refresh or access token that was issued to this client: none of its tokens is good for
    /// anything from now on. A token that is no token is no error (RFC 7009 section 2.2).
    ///
    /// A used refresh token ends its session, too: whoever asks for this wants its whole family gone.
    pub(crate) async fn revoke(&self, client: &Client<'_>, token: &str) -> Result<(), OAuthError> {
        if ApiKey::is_one(token) || self.is_legacy(token) {
            return Err(OAuthError::unsupported_token_type());
        }
        let session = match Token::parse(token) {
            Ok(refresh) => {
                let found = self.0.sessions.find_by_refresh_token(&refresh.hash()).await.map_err(Refusal::from)?;
                found.map(|found| found.session)
            }
            Err(_) => match self.session_of_access_token(token) {
                Some(id) => self.0.sessions.find(&id).await.map_err(Refusal::from)?,
                None => None,
            },
        };
        let Some(session) = session else { return Ok(()) };
        if !client.began(&session) {
            return Err(OAuthError::invalid_grant("the token was issued to another client"));
        }
        self.end_session(&session.subject, &session.id).await?;
        Ok(())
    }

    /// Of a token that has not expired: any other can do nothing, and so need not be revoked.
    fn session_of_access_token(&self, token: &str) -> Option<SessionId> {
        self.access_tokens().verify(token, self.now()).ok()?.sid.clone()
    }
}

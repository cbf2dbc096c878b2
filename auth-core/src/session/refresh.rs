//! Refresh: one token in, its one successor out.

use super::Tokens;
use crate::event::Event;
use crate::store::{Holder, Redeem, Redeemed, Session};
use crate::token::{Refresh, Token, open, seal};
use crate::{Auth, Refusal};

impl Auth {
    /// Exchanges a refresh token for its successor and a new access token.
    ///
    /// The token is spent by this. Used again within the leeway (a lost response, a second tab) it gets the same
    /// successor; later, its whole session ends, since somebody holds a copy (RFC 9700 section 4.14.2).
    ///
    /// # Errors
    ///
    /// [`Refusal::InvalidRefreshToken`] for every token that is not good, whatever the reason;
    /// [`Refusal::Unavailable`] when a store does not answer.
    pub async fn refresh(&self, presented: &str) -> Result<Tokens, Refusal> {
        let presented = Token::parse(presented).map_err(|reason| {
            self.refused(reason);
            Refusal::InvalidRefreshToken
        })?;
        let (session, successor) = self.redeem(&presented).await?;
        let Some(user) = self
            .0
            .users
            .find_by_id(&session.subject)
            .await?
            .filter(|user| user.state.active && user.state.version == session.version)
        else {
            // The session outlived its subject's credentials; what is left of it goes.
            self.end_session(&session.subject, &session.id).await?;
            return Err(Refusal::InvalidRefreshToken);
        };
        self.tokens(session, &user.state.roles, successor)
    }

    async fn redeem(&self, presented: &Token<Refresh>) -> Result<(Session, Token<Refresh>), Refusal> {
        let now = self.now();
        let successor = Token::random()?;
        let redeem = Redeem {
            presented: &presented.hash(),
            successor: &successor.hash(),
            sealed_successor: &seal(&successor, presented)?,
            holder: Holder::default(),
            now,
            expires_at: now.after(self.0.lifetimes.refresh),
            leeway: self.0.lifetimes.leeway,
        };
        let (session, successor, retried) = match self.0.sessions.redeem(redeem).await? {
            Redeemed::Rotated(session) => (session, successor, false),
            Redeemed::Retried { session, sealed_successor } => (session, open(sealed_successor, presented)?, true),
            Redeemed::Replayed(session) => {
                self.record(&Event::RefreshReplayed { subject: &session.subject, session: &session.id });
                return Err(Refusal::InvalidRefreshToken);
            }
            Redeemed::WrongHolder(_) | Redeemed::Refused => return Err(Refusal::InvalidRefreshToken),
        };
        self.record(&Event::TokenRefreshed { subject: &session.subject, session: &session.id, retried });
        Ok((session, successor))
    }
}

//! Refresh: one token in, its one successor out.

use super::{Grantee, Tokens};
use crate::cache::Change;
use crate::event::Event;
use crate::service::Auth;
use crate::service::oauth::narrowed;
use crate::store::{Audit, Holder, Redeem, Redeemed, RefreshTokenRecord, Session, SubjectState, UserRecord};
use crate::token::{Refresh, Token, TokenError, open, seal};
use crate::web::Refusal;

impl Auth {
    /// Exchanges a refresh token of the service's own client for its successor and a new access token.
    ///
    /// The token is spent by this. Used again within the leeway (a lost response, a second tab) it gets the same
    /// successor; later, its whole session ends, since somebody holds a copy (RFC 9700 section 4.14.2).
    ///
    /// ```
    /// # use auth_core::{Login, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let first = auth.login(Login::new("ada@example.com", "three words and a comma")).await?;
    /// let second = auth.refresh(first.refresh.expose()).await?;
    /// assert_ne!(first.refresh.expose(), second.refresh.expose());
    ///
    /// let retried = auth.refresh(first.refresh.expose()).await?; // the answer was lost on the way
    /// assert_eq!(second.refresh.expose(), retried.refresh.expose());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::InvalidRefreshToken`] for every token that is not good, whatever the reason;
    /// [`Refusal::Unavailable`] when a store does not answer; [`Refusal::InvalidDpopProof`] when [DPoP](crate::Dpop) is
    /// required, since only a request can carry a proof.
    pub async fn refresh(&self, presented: &str) -> Result<Tokens, Refusal> {
        self.refresh_as(Grantee::default(), presented, None).await
    }

    /// As [`refresh`](Self::refresh) for `grantee`, with an access token of no more than `scope`, if it is given.
    ///
    /// All that can fail without the token's being spent comes first: a scope that cannot be had or a store that does not
    /// answer must not cost the holder its session.
    pub(crate) async fn refresh_as(
        &self,
        grantee: Grantee<'_>,
        presented: &str,
        scope: Option<&str>,
    ) -> Result<Tokens, Refusal> {
        self.check_proof_is_there(&grantee)?;
        let holder = grantee.holder();
        let presented = Token::parse(presented).map_err(|reason| self.refresh_refused(reason))?;
        let found = self.0.sessions.find_by_refresh_token(&presented.hash()).await?;
        let found = found.ok_or_else(|| self.refresh_refused(TokenError::Unknown))?;
        let user = self.may_refresh(&found, &holder, scope).await?;
        let key = self.prove_key(&grantee).await?;
        let (session, successor) = self.redeem(&presented, &found.session, holder).await?;
        // Again, of what was redeemed: a used token has not been asked above.
        let scope = narrowed(scope, &session.scope)?;
        self.tokens(Session { scope, ..session }, &user.state.roles, successor, key.as_ref())
    }

    /// What must hold before the token is redeemed. A stranger's request is refused first, since it must not end
    /// anything, and a used token is let through to be judged as a retry or a replay, whatever else is asked for with it.
    async fn may_refresh(
        &self,
        found: &RefreshTokenRecord,
        holder: &Holder<'_>,
        scope: Option<&str>,
    ) -> Result<UserRecord, Refusal> {
        let session = &found.session;
        if !session.is_bound_to(holder) {
            return Err(self.wrong_holder(session));
        }
        if !found.used {
            narrowed(scope, &session.scope)?;
        }
        match self.0.users.find_by_id(&session.subject).await? {
            Some(user) if is_living(session, &user.state) => Ok(user),
            // The subject's credentials are newer. A change of the password in this very session may be about to lift it,
            // so it is refused and not ended.
            Some(user) if user.state.active => Err(self.refresh_refused(TokenError::Unknown)),
            // The session outlived its subject; what is left of it goes.
            _ => {
                self.end_session(&session.subject, &session.id).await?;
                Err(Refusal::InvalidRefreshToken)
            }
        }
    }

    /// The subject of a session, as the store has it now, unless it is gone, disabled or has newer credentials.
    pub(crate) async fn living_subject(&self, session: &Session) -> Result<Option<UserRecord>, Refusal> {
        let user = self.0.users.find_by_id(&session.subject).await?;
        Ok(user.filter(|user| is_living(session, &user.state)))
    }

    async fn redeem(
        &self,
        presented: &Token<Refresh>,
        of: &Session,
        holder: Holder<'_>,
    ) -> Result<(Session, Token<Refresh>), Refusal> {
        let now = self.now();
        let successor = Token::random()?;
        let redeem = Redeem {
            presented: &presented.hash(),
            successor: &successor.hash(),
            sealed_successor: &seal(&successor, presented)?,
            holder,
            now,
            expires_at: now.after(self.0.lifetimes.refresh),
            leeway: self.0.lifetimes.leeway,
        };
        // A replay that was not answered, or whose caller hung up, may have ended the session all the same.
        let may = vec![Change::Session(of.id.clone())];
        let redeemed =
            self.0.coherence.write_some(may, self.0.sessions.redeem(redeem, Audit::none()), |_| Vec::new()).await?;
        let (session, successor, retried) = match redeemed {
            Redeemed::Rotated(session) => (session, successor, false),
            Redeemed::Retried { session, sealed_successor } => (session, open(sealed_successor, presented)?, true),
            Redeemed::Replayed(session) => {
                self.record(&Event::RefreshReplayed { subject: &session.subject, session: &session.id });
                return Err(Refusal::InvalidRefreshToken);
            }
            Redeemed::WrongHolder(session) => return Err(self.wrong_holder(&session)),
            Redeemed::Refused => return Err(self.refresh_refused(TokenError::Unknown)),
        };
        self.record(&Event::TokenRefreshed { subject: &session.subject, session: &session.id, retried });
        Ok((session, successor))
    }

    fn refresh_refused(&self, reason: TokenError) -> Refusal {
        self.refused(reason);
        Refusal::InvalidRefreshToken
    }

    fn wrong_holder(&self, session: &Session) -> Refusal {
        self.record(&Event::RefreshByStranger { subject: &session.subject, session: &session.id });
        Refusal::InvalidRefreshToken
    }
}

fn is_living(session: &Session, subject: &SubjectState) -> bool {
    subject.active && subject.version == session.version
}

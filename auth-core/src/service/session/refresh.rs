//! Refresh: one token in, its one successor out.

use super::{TokenRequest, Tokens};
use crate::base::Context;
use crate::event::EventKind;
use crate::service::change::Change;
use crate::service::scope::narrowed;
use crate::service::{AccountError, Auth};
use crate::store::{Holder, Redeem, Redeemed, RefreshTokenRecord, Session, SubjectState, UserRecord};
use crate::token::{Refresh, Token, TokenError, open, seal};

impl Auth {
    /// Exchanges a refresh token of the service's own client for its successor and a new access token.
    ///
    /// The token is spent by this. Used again within the leeway (a lost response, a second tab) it gets the same
    /// successor; later, its whole session ends, since somebody holds a copy (RFC 9700 section 4.14.2).
    ///
    /// ```
    /// # use auth_core::{Context, Login, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let first = auth.login(&Context::system("example"), Login::new("ada@example.com", "three words and a comma")).await?;
    /// let second = auth.refresh(&Context::system("example"), first.refresh.expose()).await?;
    /// assert_ne!(first.refresh.expose(), second.refresh.expose());
    ///
    /// let retried = auth.refresh(&Context::system("example"), first.refresh.expose()).await?; // the answer was lost on the way
    /// assert_eq!(second.refresh.expose(), retried.refresh.expose());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidRefreshToken`] for every token that is not good, whatever the reason;
    /// [`AccountError::Unavailable`] when a store does not answer; [`AccountError::InvalidDpopProof`] when [DPoP](crate::Dpop) is
    /// required, since only a request can carry a proof.
    pub async fn refresh(&self, context: &Context, presented: &str) -> Result<Tokens, AccountError> {
        self.refresh_as(context, TokenRequest::default(), presented, None).await
    }

    /// As [`refresh`](Self::refresh) for the client of `request`, with an access token of no more than `scope`, if it is given.
    ///
    /// All that can fail without the token's being spent comes first: a scope that cannot be had or a store that does not
    /// answer must not cost the holder its session.
    pub(crate) async fn refresh_as(
        &self,
        context: &Context,
        request: TokenRequest<'_>,
        presented: &str,
        scope: Option<&str>,
    ) -> Result<Tokens, AccountError> {
        self.verifier().check_proof_is_there(context, request.proof, request.dpop_bound)?;
        let holder = request.holder();
        let presented = Token::parse(presented).map_err(|reason| self.refresh_refused(context, reason))?;
        let found = self.service()?.sessions.find_by_refresh_token(&presented.hash()).await?;
        let found = found.ok_or_else(|| self.refresh_refused(context, TokenError::Unknown))?;
        let user = self.may_refresh(context, &found, &holder, scope).await?;
        let key = self.verifier().prove_key(context, request.proof).await?;
        let (client_id, dpop_jkt) = (holder.client_id.cloned(), holder.dpop_jkt.map(str::to_owned));
        let scope = scope.map(str::to_owned);
        self.change(context, "refresh", |change| async move {
            let holder = Holder { client_id: client_id.as_ref(), dpop_jkt: dpop_jkt.as_deref() };
            let (session, successor) = change.redeem(&presented, &found.session, holder).await?;
            // Again, of what was redeemed: a used token has not been asked above.
            let scope = narrowed(scope.as_deref(), &session.scope)?;
            change.auth().tokens(Session { scope, ..session }, &user.state.roles, successor, key.as_ref())
        })
        .await
    }

    /// What must hold before the token is redeemed. A stranger's request is refused first, since it must not end
    /// anything, and a used token is let through to be judged as a retry or a replay, whatever else is asked for with it.
    async fn may_refresh(
        &self,
        context: &Context,
        found: &RefreshTokenRecord,
        holder: &Holder<'_>,
        scope: Option<&str>,
    ) -> Result<UserRecord, AccountError> {
        let session = &found.session;
        if !session.is_bound_to(holder) {
            self.record(context, by_stranger(session));
            return Err(AccountError::InvalidRefreshToken);
        }
        if !found.used {
            narrowed(scope, &session.scope)?;
        }
        match self.service()?.users.find_by_id(&session.subject).await? {
            Some(user) if is_living(session, &user.state) => Ok(user),
            // The subject's credentials are newer. A change of the password in this very session may be about to lift it,
            // so it is refused and not ended.
            Some(user) if user.state.active => Err(self.refresh_refused(context, TokenError::Unknown)),
            // The session outlived its subject; what is left of it goes.
            _ => {
                self.end_session(context, &session.subject, &session.id).await?;
                Err(AccountError::InvalidRefreshToken)
            }
        }
    }

    /// The subject of a session, as the store has it now, unless it is gone, disabled or has newer credentials.
    pub(crate) async fn living_subject(&self, session: &Session) -> Result<Option<UserRecord>, AccountError> {
        let user = self.service()?.users.find_by_id(&session.subject).await?;
        Ok(user.filter(|user| is_living(session, &user.state)))
    }

    fn refresh_refused(&self, context: &Context, reason: TokenError) -> AccountError {
        // The event says why; the answer is the same for every reason.
        let _ = self.verifier().refused(context, reason);
        AccountError::InvalidRefreshToken
    }
}

impl Change {
    async fn redeem(
        &self,
        presented: &Token<Refresh>,
        of: &Session,
        holder: Holder<'_>,
    ) -> Result<(Session, Token<Refresh>), AccountError> {
        let lifetimes = &self.service()?.lifetimes;
        let now = self.now();
        let successor = Token::random()?;
        let (presented_hash, successor_hash) = (presented.hash(), successor.hash());
        let redeem = Redeem {
            presented: &presented_hash,
            successor: &successor_hash,
            sealed_successor: &seal(&successor, presented)?,
            holder,
            now,
            expires_at: now.after(lifetimes.refresh),
            leeway: lifetimes.leeway,
        };
        // A replay that was not answered may have ended the session all the same.
        let may = vec![crate::cache::Change::Session(of.id.clone())];
        let recording = self.recording(Some(&of.subject), redeemed);
        let write = self.service()?.sessions.redeem(redeem, recording.audit());
        let write = self.auth().verifier().lookups.coherence.write_some(may, write, |_| Vec::new());
        match recording.of(write).await? {
            Redeemed::Rotated(session) => Ok((session, successor)),
            Redeemed::Retried { session, sealed_successor } => Ok((session, open(sealed_successor, presented)?)),
            Redeemed::Replayed(_) | Redeemed::WrongHolder(_) | Redeemed::Refused => {
                Err(AccountError::InvalidRefreshToken)
            }
        }
    }
}

/// The event of a redemption.
fn redeemed(outcome: &Redeemed) -> Vec<EventKind> {
    let refreshed = |session: &Session, retried| EventKind::TokenRefreshed {
        subject: session.subject.clone(),
        session: session.id.clone(),
        retried,
    };
    vec![match outcome {
        Redeemed::Rotated(session) => refreshed(session, false),
        Redeemed::Retried { session, .. } => refreshed(session, true),
        Redeemed::Replayed(session) => {
            EventKind::RefreshReplayed { subject: session.subject.clone(), session: session.id.clone() }
        }
        Redeemed::WrongHolder(session) => by_stranger(session),
        Redeemed::Refused => EventKind::CredentialRefused { reason: TokenError::Unknown.to_string() },
    }]
}

fn by_stranger(session: &Session) -> EventKind {
    EventKind::RefreshByStranger { subject: session.subject.clone(), session: session.id.clone() }
}

fn is_living(session: &Session, subject: &SubjectState) -> bool {
    subject.active && subject.version == session.version
}

//! Refresh: exchange of a refresh token for its single successor.

use super::{LEAST_LIFETIME, TokenProof, TokenRequest, Tokens};
use crate::base::Context;
use crate::cache::Limited;
use crate::event::EventKind;
use crate::service::change::Change;
use crate::service::scope::narrowed;
use crate::service::{AccountError, Auth};
use crate::store::{Holder, Redeem, Redeemed, RefreshTokenRecord, Session, SubjectState, UserRecord};
use crate::token::{Refresh, Token, TokenError, TokenHash, open, seal};
use crate::verify::dpop::ProvenKey;

impl Auth {
    /// Exchanges a refresh token of the service's own client for its successor and a new access token.
    ///
    /// The token is spent. A second use within the leeway (after a lost response, or by a second tab) returns the same
    /// successor while that is unused; any other use ends the whole session, since the token was copied (RFC 9700
    /// section 4.14.2).
    ///
    /// ```
    /// use auth_core::Login;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let first = auth.login(&system, Login::new("ada@example.com", "three words and a comma")).await?;
    /// let second = auth.refresh(&system, first.refresh.expose()).await?;
    /// let retried = auth.refresh(&system, first.refresh.expose()).await?; // after a lost response
    /// assert_eq!(second.refresh.expose(), retried.refresh.expose());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidRefreshToken`] for every refused token, whatever the reason; [`AccountError::RateLimited`];
    /// [`AccountError::Unavailable`] when a store does not answer; [`AccountError::InvalidDpopProof`] when
    /// [DPoP](crate::Dpop) is required: [`refresh_with`](Self::refresh_with) takes a proof.
    pub async fn refresh(&self, context: &Context, presented: &str) -> Result<Tokens, AccountError> {
        self.refresh_as(context, TokenRequest::default(), presented, None).await
    }

    /// As [`refresh`](Self::refresh), for a request that may carry a DPoP proof (RFC 9449).
    ///
    /// ```
    /// use auth_core::http::FormOrJson;
    /// use auth_core::prelude::*;
    /// use auth_core::{Context, Refusal, TokenProof, Tokens};
    /// use axum::extract::State;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Body {
    ///     refresh_token: String,
    /// }
    ///
    /// #[public]
    /// async fn refresh(
    ///     State(auth): State<Auth>,
    ///     context: Context,
    ///     proof: TokenProof,
    ///     FormOrJson(body): FormOrJson<Body>,
    /// ) -> Result<Tokens, Refusal> {
    ///     Ok(auth.refresh_with(&context, &body.refresh_token, &proof).await?)
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`refresh`](Self::refresh); [`AccountError::InvalidDpopProof`] for an invalid proof, and without one when
    /// DPoP is required.
    pub async fn refresh_with(
        &self,
        context: &Context,
        presented: &str,
        proof: &TokenProof,
    ) -> Result<Tokens, AccountError> {
        self.refresh_as(context, TokenRequest::own(proof.checked()?), presented, None).await
    }

    /// As [`refresh`](Self::refresh), for the client of `request`, with the access token limited to `scope` if given.
    ///
    /// Everything that can fail without spending the token comes first: a refused scope or an unavailable store must
    /// not cost the client its session.
    pub(crate) async fn refresh_as(
        &self,
        context: &Context,
        request: TokenRequest<'_>,
        presented: &str,
        scope: Option<&str>,
    ) -> Result<Tokens, AccountError> {
        self.verifier().check_proof_is_there(context, request.proof, request.dpop_bound)?;
        let attempt = self.limit(context, Limited::Refresh, None).await?;
        let exchanged = self.exchange(context, request, presented, scope).await;
        if let Err(error) = &exchanged {
            attempt.count(error).await?;
        }
        // A token of 256 random bits is not guessed: a right one is answered, whatever the address has sent meanwhile.
        exchanged
    }

    async fn exchange(
        &self,
        context: &Context,
        request: TokenRequest<'_>,
        presented: &str,
        scope: Option<&str>,
    ) -> Result<Tokens, AccountError> {
        let holder = request.holder();
        let presented = Token::parse(presented).map_err(|reason| self.refresh_refused(context, reason))?;
        let found = self.stored_token(&presented).await?;
        let (hash, found) = found.ok_or_else(|| self.refresh_refused(context, TokenError::Unknown))?;
        let user = self.may_refresh(context, &found, &holder, scope).await?;
        let key = self.verifier().prove_key(context, request.proof).await?;
        let (client_id, dpop_jkt) = (holder.client_id.cloned(), holder.dpop_jkt.map(str::to_owned));
        let scope = scope.map(str::to_owned);
        self.change(context, "refresh", |change| async move {
            let holder = Holder { client_id: client_id.as_ref(), dpop_jkt: dpop_jkt.as_deref() };
            let granted = narrowed(scope.as_deref(), &found.session.scope).unwrap_or_default();
            let asked = Session { scope: granted, ..found.session.clone() };
            let grant = change.auth().grant(&asked, &user.state.roles).await?;
            // A scope that is asked for by name is granted or refused. Of a used token `redeem` decides first.
            let is_refused = scope.is_some() && grant.scope != asked.scope;
            if is_refused && !found.used {
                return Err(AccountError::InvalidScope);
            }
            let (session, successor) = change.redeem(&presented, &hash, &found.session, holder).await?;
            // Checked again on the redeemed session: `may_refresh` skips this check for a used token.
            narrowed(scope.as_deref(), &session.scope)?;
            if is_refused {
                return Err(AccountError::InvalidScope);
            }
            let key = key.as_ref().map(ProvenKey::thumbprint);
            change.auth().tokens(session, &user.state.roles, successor, key, &grant)
        })
        .await
    }

    /// A refresh token as the store keeps it, with its hash there: its own, or its family's for an old used token that the
    /// store no longer keeps.
    pub(crate) async fn stored_token(
        &self,
        presented: &Token<Refresh>,
    ) -> Result<Option<(TokenHash, RefreshTokenRecord)>, AccountError> {
        for hash in [presented.hash(), presented.family()] {
            if let Some(found) = self.service()?.sessions.find_by_refresh_token(&hash).await? {
                return Ok(Some((hash, found)));
            }
        }
        Ok(None)
    }

    /// The checks before the token is redeemed. The holder is checked first, since a request of another client must not
    /// end a session. A used token passes, whatever scope is requested, so that `redeem` classifies it as a retry or a
    /// replay.
    async fn may_refresh(
        &self,
        context: &Context,
        found: &RefreshTokenRecord,
        holder: &Holder<'_>,
        scope: Option<&str>,
    ) -> Result<UserRecord, AccountError> {
        let session = &found.session;
        if !session.is_bound_to(holder) {
            self.record(context, wrong_holder(session));
            return Err(AccountError::InvalidRefreshToken);
        }
        if session.ends_at.since(self.now()) < LEAST_LIFETIME {
            return Err(self.refresh_refused(context, TokenError::Expired));
        }
        if !found.used {
            narrowed(scope, &session.scope)?;
        }
        match self.service()?.users.find_by_id(&session.subject).await? {
            Some(user) if is_current(session, &user.state) => Ok(user),
            // The subject was removed or disabled, or its credentials are newer: remove the rest of the session.
            _ => {
                self.end_session(context, &session.subject, &session.id).await?;
                Err(AccountError::InvalidRefreshToken)
            }
        }
    }

    /// The current subject of a session, unless it is gone, inactive or has newer credentials.
    pub(crate) async fn living_subject(&self, session: &Session) -> Result<Option<UserRecord>, AccountError> {
        let user = self.service()?.users.find_by_id(&session.subject).await?;
        Ok(user.filter(|user| is_current(session, &user.state)))
    }

    fn refresh_refused(&self, context: &Context, reason: TokenError) -> AccountError {
        // The event has the reason; the response is the same for every reason.
        let _ = self.verifier().refused(context, reason);
        AccountError::InvalidRefreshToken
    }
}

impl Change {
    async fn redeem(
        &self,
        presented: &Token<Refresh>,
        hash: &TokenHash,
        of: &Session,
        holder: Holder<'_>,
    ) -> Result<(Session, Token<Refresh>), AccountError> {
        let lifetimes = &self.service()?.lifetimes;
        let now = self.now();
        let successor = presented.successor()?;
        let redeem = Redeem {
            presented: hash,
            successor: &successor.hash(),
            family: &presented.family(),
            sealed_successor: &seal(&successor, presented)?,
            holder,
            now,
            expires_at: now.after(lifetimes.refresh),
            leeway: lifetimes.leeway,
        };
        // A replay without an answer from the store may have ended the session all the same.
        let may = vec![crate::cache::Change::Session(of.id.clone())];
        let recording = self.recording(Some(&of.subject), redeemed);
        let write = self.service()?.sessions.redeem(redeem, recording.audit());
        let write = self.auth().verifier().lookups.coherence.write_some(may, write, |_| Vec::new());
        match recording.of(write).await? {
            Redeemed::Rotated(session) => Ok((session, successor)),
            Redeemed::Retried { session, sealed_successor } => Ok((session, open(&sealed_successor, presented)?)),
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
        Redeemed::WrongHolder(session) => wrong_holder(session),
        Redeemed::Refused => EventKind::CredentialRefused { reason: TokenError::Unknown.to_string() },
    }]
}

fn wrong_holder(session: &Session) -> EventKind {
    EventKind::RefreshByStranger { subject: session.subject.clone(), session: session.id.clone() }
}

fn is_current(session: &Session, subject: &SubjectState) -> bool {
    subject.active && subject.version == session.version
}

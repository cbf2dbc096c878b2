//! The one verification of a request.

#[cfg(feature = "oidc")]
use std::sync::Arc;

use axum::http::request::Parts;

use super::ApiKeyIdentity;
use super::credential::{self, Presented, Scheme};
use super::{Caller, Identity};
use crate::base::Timestamp;
use crate::policy::CredentialKinds;
use crate::service::Auth;
#[cfg(feature = "oidc")]
use crate::store::SubjectState;
use crate::token::TokenError;
#[cfg(feature = "oidc")]
use crate::token::issuer::Undecided;
use crate::web::Refusal;

type Outcome<T> = Result<Option<T>, Refusal>;

/// What this request's credentials turned out to be, kept in its extensions so that each is verified once however many
/// guards and extractors ask. A missing memo means "not verified yet", never "verified".
///
/// One for each `Auth`: a request may pass a router within a router, and come back to the first `Auth` after another. A
/// proof of possession that was verified twice would look replayed.
#[derive(Clone)]
struct Memos {
    first: Memo,
    /// Seldom any.
    others: Vec<Memo>,
}

#[derive(Clone, Default)]
struct Memo {
    /// Which `Auth` verified.
    auth: usize,
    subject: Option<Outcome<Identity>>,
    api_key: Option<Outcome<ApiKeyIdentity>>,
}

impl Auth {
    /// Verifies the request's credentials of the given kinds.
    pub(crate) async fn authenticate(&self, parts: &mut Parts, kinds: CredentialKinds) -> Result<Caller, Refusal> {
        let subject = if kinds.subject { self.subject_of(parts).await? } else { None };
        let api_key = if kinds.api_key { self.api_key_of(parts).await? } else { None };
        let unmet = subject.is_none() && api_key.is_none();
        let sent_other = unmet && credential::is_any(&parts.headers);
        Ok(Caller { subject, api_key, sent_other })
    }

    /// The subject of the request's access token; `None` when it has none.
    async fn subject_of(&self, parts: &mut Parts) -> Outcome<Identity> {
        if let Some(known) = self.memo(parts).and_then(|memo| memo.subject.clone()) {
            return known;
        }
        let outcome = match credential::access_token(&parts.headers) {
            (_, Presented::Nothing) => Ok(None),
            (_, Presented::Twice) => Err(Refusal::AmbiguousCredential),
            (_, Presented::Unreadable) => Err(self.refused(TokenError::Malformed)),
            (scheme, Presented::Text(token)) => self.holder(parts, scheme, token).await.map(Some),
        };
        self.memo_mut(parts).subject = Some(outcome.clone());
        outcome
    }

    /// The request's API key; `None` when it has none.
    async fn api_key_of(&self, parts: &mut Parts) -> Outcome<ApiKeyIdentity> {
        if let Some(known) = self.memo(parts).and_then(|memo| memo.api_key.clone()) {
            return known;
        }
        let outcome = match credential::api_key(&parts.headers) {
            Presented::Nothing => Ok(None),
            Presented::Twice => Err(Refusal::AmbiguousCredential),
            Presented::Unreadable => Err(self.refused(TokenError::Malformed)),
            Presented::Text(key) => self.identify_api_key(key).await.map(Some),
        };
        self.memo_mut(parts).api_key = Some(outcome.clone());
        outcome
    }

    /// The subject of an access token that the request may use: it is good, and not stolen from who holds its key.
    async fn holder(&self, parts: &Parts, scheme: Scheme, token: &str) -> Result<Identity, Refusal> {
        let identity = self.identify(token).await?;
        self.check_holder(parts, scheme, token, identity.claims().cnf.as_ref()).await?;
        Ok(identity)
    }

    /// Verifies an access token: the token itself, then its session and its subject as they are now. Who sent it is not
    /// asked: that is [`holder`](Self::holder)'s, for requests.
    pub(crate) async fn identify(&self, token: &str) -> Result<Identity, Refusal> {
        let now = self.now();
        if self.takes_others()
            && !self.access_tokens().is_own(token)
            && let Some(outcome) = Box::pin(self.identify_others(token, now)).await
        {
            return outcome;
        }
        let claims = self.access_tokens().verify(token, now).map_err(|reason| self.refused(reason))?;
        // Verification has seen that both are there; without them the token is refused all the same.
        let (Some(sid), Some(ver)) = (&claims.sid, claims.ver) else { return Err(self.refused(TokenError::Claims)) };
        let session = self.session(sid, now).await?.filter(|session| now < session.ends_at);
        let session = session.ok_or_else(|| self.refused(TokenError::SessionEnded))?;
        let state = self.subject_state(&claims.sub, now).await?;
        // The session must be this subject's, and have been accepted since the subject's credentials last changed. A
        // token carries the version it was issued under; none can come from a later one.
        match state {
            Some(state)
                if state.active
                    && session.subject == claims.sub
                    && session.version == state.version
                    && ver <= state.version =>
            {
                Ok(Identity::new(claims, state))
            }
            _ => Err(self.refused(TokenError::SubjectChanged)),
        }
    }

    /// Whether there can be good tokens that are not of our own making.
    fn takes_others(&self) -> bool {
        #[cfg(feature = "oidc")]
        let foreign = !self.0.issuers.is_empty();
        #[cfg(not(feature = "oidc"))]
        let foreign = false;
        foreign || self.0.legacy.is_some()
    }

    /// Verifies an access token that is not of our own making; `None` when it is of nobody who is trusted.
    async fn identify_others(&self, token: &str, now: Timestamp) -> Option<Result<Identity, Refusal>> {
        let outcome = self.identify_legacy(token, now).await;
        #[cfg(feature = "oidc")]
        let outcome = match outcome {
            None => self.identify_foreign(token, now).await,
            decided => decided,
        };
        outcome
    }

    /// Verifies an access token of another issuer; `None` when it is none of those that are trusted. There is no session
    /// and no state to consult: what the token says holds until it ends.
    #[cfg(feature = "oidc")]
    async fn identify_foreign(&self, token: &str, now: Timestamp) -> Option<Result<Identity, Refusal>> {
        if self.0.issuers.is_empty() {
            return None;
        }
        let outcome = self.0.issuers.verify(token, now, self.access_tokens().skew()).await?;
        Some(match outcome {
            Ok(claims) => {
                let roles = claims.roles.iter().map(|role| role.as_str().into()).collect();
                let state = SubjectState { active: true, roles, version: 0 };
                Ok(Identity::new(Arc::new(claims), Arc::new(state)))
            }
            Err(Undecided::Refused(reason)) => Err(self.refused(reason)),
            Err(Undecided::NoKeys) => Err(Refusal::Unavailable),
        })
    }

    fn memo<'a>(&self, parts: &'a Parts) -> Option<&'a Memo> {
        let memos = parts.extensions.get::<Memos>()?;
        std::iter::once(&memos.first).chain(&memos.others).find(|memo| memo.auth == self.id())
    }

    fn memo_mut<'a>(&self, parts: &'a mut Parts) -> &'a mut Memo {
        let fresh = || Memo { auth: self.id(), ..Memo::default() };
        let memos = parts.extensions.get_or_insert_with(|| Memos { first: fresh(), others: Vec::new() });
        if memos.first.auth == self.id() {
            return &mut memos.first;
        }
        let known = memos.others.iter().position(|memo| memo.auth == self.id());
        let at = known.unwrap_or_else(|| {
            memos.others.push(fresh());
            memos.others.len() - 1
        });
        &mut memos.others[at]
    }
}

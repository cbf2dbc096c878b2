//! The one verification of a request.

use std::sync::Arc;

use http::request::Parts;

use super::cross_site::{CrossSite, Sender};
use super::source::{Credentials, Presented, Scheme};
use super::standing::{has_ended, is_of};
use super::{AccessError, ApiKeyIdentity, Caller, Head, Identity, Origin, Verifier};
use crate::base::Timestamp;
use crate::policy::CredentialKinds;
#[cfg(feature = "oidc")]
use crate::store::SubjectState;
use crate::token::TokenError;
#[cfg(feature = "oidc")]
use crate::token::issuer::Undecided;

type Outcome<T> = Result<Option<T>, AccessError>;

/// The verification results of a request, stored in its extensions: each credential is verified once, and a DPoP proof
/// that is verified twice would look replayed. A missing memo means "not verified yet", never "verified".
///
/// One memo per `Auth`, since nested routers may use different ones.
#[derive(Clone)]
struct Memos {
    first: Memo,
    others: Vec<Memo>,
}

#[derive(Clone)]
struct Memo {
    verifier: usize,
    credentials: Arc<Credentials>,
    subject: Option<Outcome<Identity>>,
    api_key: Option<Outcome<ApiKeyIdentity>>,
    /// Whether the cookies of browser mode count.
    takes_cookies: bool,
}

impl Verifier {
    /// Verifies the request's credentials of the given kinds.
    pub(crate) async fn authenticate(
        &self,
        head: &mut Head<'_>,
        kinds: CredentialKinds,
    ) -> Result<Caller, AccessError> {
        let credentials = self.credentials(head);
        let subject = if kinds.subject { self.subject_of(head, &credentials).await? } else { None };
        let api_key = if kinds.api_key { self.api_key_of(head, &credentials).await? } else { None };
        let unmet = subject.is_none() && api_key.is_none();
        let sent_other = unmet && credentials.is_any();
        Ok(Caller { subject, api_key, sent_other, sent_foreign: credentials.foreign })
    }

    /// The caller as verified so far. Verifies nothing.
    pub(crate) fn known(&self, parts: &Parts) -> Caller {
        let memo = memo(parts, self.id());
        let subject = memo.and_then(|memo| memo.subject.clone()).and_then(Result::ok).flatten();
        let api_key = memo.and_then(|memo| memo.api_key.clone()).and_then(Result::ok).flatten();
        Caller { subject, api_key, ..Caller::default() }
    }

    /// The request's credentials; the headers are read once per request.
    pub(crate) fn credentials(&self, head: &mut Head<'_>) -> Arc<Credentials> {
        if let Some(memo) = memo(head.parts, self.id()) {
            return Arc::clone(&memo.credentials);
        }
        let credentials = Arc::new(self.sources.read(head.headers()));
        let memo = Memo {
            verifier: self.id(),
            credentials: Arc::clone(&credentials),
            subject: None,
            api_key: None,
            takes_cookies: false,
        };
        match head.parts.extensions.get_mut::<Memos>() {
            Some(memos) => memos.others.push(memo),
            None => drop(head.parts.extensions.insert(Memos { first: memo, others: Vec::new() })),
        }
        credentials
    }

    /// Takes the access token of browser mode's cookie where the request has no other one. `false` when this was done
    /// before.
    pub(crate) fn take_cookies(&self, head: &mut Head<'_>) -> bool {
        let credentials = self.credentials(head);
        let cookie = match credentials.access_token {
            Presented::Missing => self.browser.cookies.access_token(head.headers()),
            _ => Presented::Missing,
        };
        let Some(memo) = memo_mut(head.parts, self.id()) else { return false };
        let is_first = !std::mem::replace(&mut memo.takes_cookies, true);
        if is_first && !matches!(cookie, Presented::Missing) {
            memo.replace_access_token(cookie);
        }
        is_first
    }

    /// Replaces the access token of the request, as one that is in a cookie.
    pub(crate) fn renewed(&self, head: &mut Head<'_>, token: Presented) {
        if let Some(memo) = memo_mut(head.parts, self.id()) {
            memo.replace_access_token(token);
        }
    }

    /// The subject of the request's access token; `None` without a token.
    async fn subject_of(&self, head: &mut Head<'_>, credentials: &Credentials) -> Outcome<Identity> {
        if let Some(known) = memo(head.parts, self.id()).and_then(|memo| memo.subject.clone()) {
            return known;
        }
        let outcome = match &credentials.access_token {
            Presented::Missing => Ok(None),
            Presented::Duplicate => Err(AccessError::AmbiguousCredential),
            Presented::Malformed => Err(self.refused(head, TokenError::Malformed)),
            Presented::Unrenewed(error) => Err(error.clone()),
            Presented::Text(scheme, token) => self.holder(head, *scheme, token.as_str()).await.map(Some),
            Presented::Cookie(token) => Box::pin(self.holder_by_cookie(head, token.as_str())).await.map(Some),
        };
        if let Some(memo) = memo_mut(head.parts, self.id()) {
            memo.subject = Some(outcome.clone());
        }
        outcome
    }

    /// The request's API key; `None` without one.
    async fn api_key_of(&self, head: &mut Head<'_>, credentials: &Credentials) -> Outcome<ApiKeyIdentity> {
        if let Some(known) = memo(head.parts, self.id()).and_then(|memo| memo.api_key.clone()) {
            return known;
        }
        let outcome = match &credentials.api_key {
            Presented::Missing => Ok(None),
            Presented::Duplicate => Err(AccessError::AmbiguousCredential),
            Presented::Malformed => Err(self.refused(head, TokenError::Malformed)),
            Presented::Unrenewed(error) => Err(error.clone()),
            // Boxed to keep the future of a request with an access token small.
            Presented::Text(_, key) => {
                Box::pin(self.identify_api_key_within_limits(head, key.as_str())).await.map(Some)
            }
            Presented::Cookie(key) => match self.sender(head) {
                Sender::Own => Box::pin(self.identify_api_key_within_limits(head, key.as_str())).await.map(Some),
                Sender::Other(reason) => Err(self.cross_site(head, reason)),
                // An API key has no session that a token could belong to.
                Sender::Unknown => Err(self.cross_site(head, CrossSite::Unknown)),
            },
        };
        if let Some(memo) = memo_mut(head.parts, self.id()) {
            memo.api_key = Some(outcome.clone());
        }
        outcome
    }

    /// Verifies the access token and that the request may use it: a bound token needs a proof of its key.
    async fn holder(&self, head: &Head<'_>, scheme: Scheme, token: &str) -> Result<Identity, AccessError> {
        let identity = self.identify(head, token).await?;
        self.check_holder(head, scheme, token, identity.claims().cnf.as_ref()).await?;
        Ok(identity)
    }

    /// As [`holder`](Self::holder), for a token in a cookie: also verifies that a page of the service sent the request. A
    /// credential in a cookie is used in no other way.
    async fn holder_by_cookie(&self, head: &Head<'_>, token: &str) -> Result<Identity, AccessError> {
        let sender = self.sender(head);
        if let Sender::Other(reason) = sender {
            return Err(self.cross_site(head, reason));
        }
        let identity = self.holder(head, Scheme::Bearer, token).await?;
        if sender == Sender::Unknown && !self.has_csrf_token(head, identity.session()) {
            return Err(self.cross_site(head, CrossSite::Unknown));
        }
        Ok(identity)
    }

    /// Verifies an access token, then its session and its subject's current state. [`holder`](Self::holder) also checks the
    /// binding to a key.
    pub(crate) async fn identify(&self, origin: &dyn Origin, token: &str) -> Result<Identity, AccessError> {
        let now = self.now();
        if self.takes_others()
            && !self.access_tokens.is_own(token)
            && let Some(outcome) = Box::pin(self.identify_others(origin, token, now)).await
        {
            return outcome;
        }
        let claims = self.access_tokens.verify(token, now).map_err(|reason| self.refused(origin, reason))?;
        // `verify` requires both claims; a token without them is refused here as well.
        let (Some(sid), Some(ver)) = (&claims.sid, claims.ver) else {
            return Err(self.refused(origin, TokenError::Claims));
        };
        let mut session = self.lookups.session(sid, now).await?;
        let mut state = self.lookups.subject(&claims.sub, now).await?;
        if let (Some(of_session), Some(of_subject)) = (&session, &state)
            && of_session.version != of_subject.version
        {
            // A new address raises both versions in one step; the caches may hold one of them from before it.
            self.lookups.forget(sid, &claims.sub);
            state = self.lookups.subject(&claims.sub, now).await?;
            session = self.lookups.session(sid, now).await?;
        }
        let session = session.filter(|session| !has_ended(session, now));
        let session = session.ok_or_else(|| self.refused(origin, TokenError::SessionEnded))?;
        // The session must belong to this subject and have the subject's current version, which every change of its
        // credentials raises. A token's version is at most the current one.
        match state {
            Some(state) if is_of(&session, &claims.sub, &state) && ver <= state.version => {
                Ok(Identity::new(claims, state).dated(now.after(self.access_tokens.skew())))
            }
            _ => Err(self.refused(origin, TokenError::SubjectChanged)),
        }
    }

    /// Whether access tokens that this service has not issued can be valid.
    fn takes_others(&self) -> bool {
        #[cfg(feature = "oidc")]
        let foreign = !self.issuers.is_empty();
        #[cfg(not(feature = "oidc"))]
        let foreign = false;
        foreign || self.legacy.is_some()
    }

    /// Verifies an access token that this service has not issued; `None` when no trusted issuer issued it.
    async fn identify_others(
        &self,
        origin: &dyn Origin,
        token: &str,
        now: Timestamp,
    ) -> Option<Result<Identity, AccessError>> {
        let outcome = self.identify_legacy(origin, token, now).await;
        #[cfg(feature = "oidc")]
        let outcome = match outcome {
            None => self.identify_foreign(origin, token, now).await,
            decided => decided,
        };
        outcome
    }

    /// Verifies an access token of a trusted issuer; `None` for other issuers. Such a token has no session and no stored
    /// state here: its claims are valid until it expires.
    #[cfg(feature = "oidc")]
    async fn identify_foreign(
        &self,
        origin: &dyn Origin,
        token: &str,
        now: Timestamp,
    ) -> Option<Result<Identity, AccessError>> {
        if self.issuers.is_empty() {
            return None;
        }
        let skew = self.access_tokens.skew();
        let outcome = self.issuers.verify(token, now, skew).await?;
        Some(match outcome {
            Ok(claims) => {
                let roles = claims.roles.iter().map(|role| role.as_str().into()).collect();
                let state = SubjectState { active: true, roles, version: 0 };
                Ok(Identity::new(Arc::new(claims), Arc::new(state)).dated(now.after(skew)))
            }
            Err(Undecided::Refused(reason)) => Err(self.refused(origin, reason)),
            Err(Undecided::NoKeys) => Err(AccessError::Unavailable),
        })
    }
}

impl Memo {
    fn replace_access_token(&mut self, token: Presented) {
        Arc::make_mut(&mut self.credentials).access_token = token;
        // What was known was the absence of a token.
        self.subject = None;
    }
}

fn memo(parts: &Parts, verifier: usize) -> Option<&Memo> {
    let memos = parts.extensions.get::<Memos>()?;
    std::iter::once(&memos.first).chain(&memos.others).find(|memo| memo.verifier == verifier)
}

fn memo_mut(parts: &mut Parts, verifier: usize) -> Option<&mut Memo> {
    let memos = parts.extensions.get_mut::<Memos>()?;
    std::iter::once(&mut memos.first).chain(&mut memos.others).find(|memo| memo.verifier == verifier)
}

//! Sessions of subjects that the application has authenticated itself.

use super::{LEAST_LIFETIME, TokenProof, TokenRequest, Tokens};
use crate::base::{Context, SubjectId};
use crate::event::EventKind;
use crate::service::{AccountError, Auth};
use crate::store::Session;
use crate::token::{Access, Token};
use crate::verify::Identity;
use crate::verify::dpop::ProvenKey;

/// A session to begin for a subject that the application has authenticated, as by a magic link, a code, or the login of
/// another provider.
///
/// ```
/// use auth_core::SignIn;
///
/// # auth_core::testing::example(async |auth, ada, system| {
/// let tokens = auth.sign_in(&system, SignIn::subject(&ada).amr("otp")).await?;
/// assert_eq!(tokens.subject, ada);
/// # Ok(()) });
/// ```
#[derive(Debug)]
#[must_use = "nothing happens until it is given to `Auth::sign_in`"]
pub struct SignIn {
    subject: SubjectId,
    amr: Vec<String>,
    scope: Option<String>,
    agent: Option<String>,
    proof: TokenProof,
}

impl SignIn {
    /// A session of this subject, without authentication methods and scopes.
    pub fn subject(subject: &SubjectId) -> Self {
        let (subject, proof) = (subject.clone(), TokenProof::default());
        Self { subject, amr: Vec::new(), scope: None, agent: None, proof }
    }

    /// Adds an authentication method (RFC 8176), such as `otp`; `amr` and `mfa` requirements look at it.
    pub fn amr(mut self, method: impl Into<String>) -> Self {
        self.amr.push(method.into());
        self
    }

    /// Requests scopes, separated by spaces. Scopes that are not in [`AuthBuilder::scopes`](crate::AuthBuilder::scopes)
    /// are not granted.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Sets the name of the device in the user's list of sessions; the `User-Agent` of the context by default.
    pub fn agent(mut self, agent: impl Into<String>) -> Self {
        self.agent = Some(agent.into());
        self
    }

    /// Binds the tokens to the key of this DPoP proof, if the request has one.
    pub fn proof(mut self, proof: TokenProof) -> Self {
        self.proof = proof;
        self
    }
}

impl Auth {
    /// Begins a session without a password, with the checks and the event of [`login`](Self::login). The application
    /// must have authenticated the subject.
    ///
    /// ```
    /// use auth_core::{AccountError, SignIn};
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let tokens = auth.sign_in(&system, SignIn::subject(&ada).amr("otp")).await?;
    /// assert_eq!(tokens.token_type, "bearer");
    /// let unknown = auth.sign_in(&system, SignIn::subject(&"unknown".parse()?)).await.unwrap_err();
    /// assert_eq!(unknown, AccountError::InvalidCredentials);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidCredentials`] for an unknown or inactive subject; [`AccountError::InvalidInput`] for an
    /// authentication method with a space; [`AccountError::Unavailable`] when a store does not answer;
    /// [`AccountError::InvalidDpopProof`] for an invalid proof, and without one when [DPoP](crate::Dpop) is required.
    pub async fn sign_in(&self, context: &Context, sign_in: SignIn) -> Result<Tokens, AccountError> {
        let SignIn { subject, amr, scope, agent, proof } = sign_in;
        if amr.iter().any(|method| method.is_empty() || method.contains(char::is_whitespace)) {
            return Err(AccountError::InvalidInput { detail: "An authentication method is a word without spaces." });
        }
        let request = TokenRequest::own(proof.checked()?);
        self.verifier().check_proof_is_there(context, request.proof, request.dpop_bound)?;
        let scope = self.granted_scope(scope.as_deref())?;
        let user = self.service()?.users.find_by_id(&subject).await?;
        let Some(user) = user.filter(|user| user.state.active) else {
            self.record(context, EventKind::LoginFailed { subject: Some(subject) });
            return Err(AccountError::InvalidCredentials);
        };
        let key = self.verifier().prove_key(context, request.proof).await?;
        let agent = agent.as_deref().or(context.agent.as_deref());
        let session = self.new_session(user.id, user.state.version, scope, &amr.join(" "), request.holder(), agent)?;
        self.change(context, "sign_in", |change| async move {
            change.begin_session(session, &user.state.roles, key.as_ref().map(ProvenKey::thumbprint)).await
        })
        .await
    }

    /// Issues a new access token for the session of an identity, with the same scopes, as far as the subject
    /// [may have them](crate::AuthBuilder::grant_scopes) now, and the same key, so that a
    /// client without a refresh token stays logged in while it is active. The session's end stays as it is. Its time and
    /// methods of authentication are those of the identity's token; a [step-up](Self::step_up) returns a token with new ones.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::Refusal;
    /// use axum::extract::State;
    ///
    /// #[require_auth]
    /// async fn renew(identity: Identity, State(auth): State<Auth>) -> Result<String, Refusal> {
    ///     Ok(auth.access_token(&identity).await?.expose().to_owned())
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when the identity has no session here, or the session has ended;
    /// [`AccountError::Unavailable`] when a store does not answer.
    pub async fn access_token(&self, identity: &Identity) -> Result<Token<Access>, AccountError> {
        let ended = AccountError::NotFound { what: "session" };
        let id = identity.session().ok_or(ended.clone())?;
        let session = self.service()?.sessions.find(id).await?.ok_or(ended.clone())?;
        if session.expires_at <= self.now() || session.ends_at.since(self.now()) < LEAST_LIFETIME {
            return Err(ended);
        }
        let user = self.living_subject(&session).await?.ok_or(ended)?;
        let claims = identity.claims();
        let key = claims.cnf.as_ref().map(|key| key.jkt.as_str());
        // Those of this token: the session may have stepped up since, and the token may be stolen.
        let (amr, authenticated_at) = (claims.amr.join(" "), identity.authenticated_at());
        let session = Session { scope: claims.scope.clone(), amr, authenticated_at, ..session };
        let grant = self.grant(&session, &user.state.roles).await?;
        self.issue_access_token(&session, &user.state.roles, key, &grant).map(|(access, _)| access)
    }
}

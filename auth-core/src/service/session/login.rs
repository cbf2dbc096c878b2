//! Login by name and password.

use super::{Login, TokenRequest, Tokens, shortened};
use crate::base::{Context, SubjectId};
use crate::event::EventKind;
use crate::password::Verified;
use crate::service::{AccountError, Auth};
use crate::store::{Session, UserRecord};
use crate::token::dpop::Proof;
use crate::verify::dpop::ProvenKey;

/// A longer login name is invalid, and is refused without a query.
const MAX_LOGIN_BYTES: usize = 1024;

impl Auth {
    /// Logs a user in: begins a session with an access and a refresh token.
    ///
    /// An unknown name, a wrong password and an inactive user get the same error after the same work. A password hash
    /// with weaker parameters is upgraded.
    ///
    /// ```
    /// use auth_core::{AccountError, Login};
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let tokens = auth.login(&system, Login::new("ada@example.com", "three words and a comma")).await?;
    /// assert_eq!(tokens.expires_in, 15 * 60);
    /// let unknown = auth.login(&system, Login::new("bob@example.com", "another")).await.unwrap_err();
    /// assert_eq!(unknown, AccountError::InvalidCredentials);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidCredentials`]; [`AccountError::Overloaded`] when too many logins are queued;
    /// [`AccountError::Unavailable`] when a store does not answer; [`AccountError::InvalidDpopProof`] when
    /// [DPoP](crate::Dpop) is required, since only an HTTP request can carry a proof.
    pub async fn login(&self, context: &Context, login: Login) -> Result<Tokens, AccountError> {
        self.login_with(context, login, None).await
    }

    /// As [`login`](Self::login), for a client with a DPoP proof.
    pub(crate) async fn login_with(
        &self,
        context: &Context,
        login: Login,
        proof: Option<&Proof>,
    ) -> Result<Tokens, AccountError> {
        let scope = self.granted_scope(login.scope.as_deref())?;
        self.begin(context, login, scope, TokenRequest::own(proof)).await
    }

    /// Logs a user in with granted scopes; the session's refresh tokens are bound to the client and key of `request`.
    pub(crate) async fn begin(
        &self,
        context: &Context,
        login: Login,
        scope: String,
        request: TokenRequest<'_>,
    ) -> Result<Tokens, AccountError> {
        self.verifier().check_proof_is_there(context, request.proof, request.dpop_bound)?;
        let user = self.check_password(context, &login).await?;
        let key = self.verifier().prove_key(context, request.proof).await?;
        let session = self.new_session(user.id, user.state.version, scope, "pwd", request.holder())?;
        let agent = shortened(login.agent.as_deref().or(context.agent.as_deref()));
        let session = Session { agent, ..session };
        self.change(context, "login", |change| async move {
            change.begin_session(session, &user.state.roles, key.as_ref().map(ProvenKey::thumbprint)).await
        })
        .await
    }

    async fn check_password(&self, context: &Context, login: &Login) -> Result<UserRecord, AccountError> {
        let service = self.service()?;
        let user = if login.username.len() > MAX_LOGIN_BYTES {
            None
        } else {
            service.users.find_by_login(&login.username).await?
        };
        let stored = user.as_ref().and_then(|user| user.password_hash.clone());
        // Also for an unknown or inactive user: response time must not reveal which users exist.
        let verified = service.hasher.verify(login.password.clone(), stored.clone()).await?;
        match (user, verified) {
            (Some(user), Verified::Right { upgraded }) if user.state.active => {
                if let (Some(old), Some(new)) = (stored, upgraded) {
                    let subject = user.id.clone();
                    self.change(context, "login", |change| async move {
                        let recording = change.recording(Some(&subject), |(): &()| {
                            vec![EventKind::PasswordRehashed { subject: subject.clone() }]
                        });
                        recording.of(change.service()?.users.upgrade_hash(&subject, &old, &new)).await
                    })
                    .await?;
                }
                Ok(user)
            }
            (user, _) => {
                let subject: Option<SubjectId> = user.map(|user| user.id);
                self.record(context, EventKind::LoginFailed { subject });
                Err(AccountError::InvalidCredentials)
            }
        }
    }

    /// The requested scopes that are known, each once. Unlike the token endpoint, a login has no error for an unknown
    /// scope; the response contains the granted ones.
    pub(super) fn granted_scope(&self, requested: Option<&str>) -> Result<String, AccountError> {
        let known = &self.service()?.scopes;
        let mut granted: Vec<&str> = Vec::new();
        for scope in requested.unwrap_or_default().split(' ') {
            if known.iter().any(|known| **known == *scope) && !granted.contains(&scope) {
                granted.push(scope);
            }
        }
        Ok(granted.join(" "))
    }
}

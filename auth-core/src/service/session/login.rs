//! Login by name and password.

use super::{Grantee, Login, Tokens};
use crate::base::{SessionId, SubjectId};
use crate::event::Event;
use crate::password::Verified;
use crate::service::Auth;
use crate::store::{Audit, NewSession, Session, UserRecord};
use crate::token::Token;
use crate::token::dpop::Proof;
use crate::web::Refusal;

/// A login name longer than this cannot be right, and is not worth a query.
const MAX_LOGIN_BYTES: usize = 1024;

/// How much of a `User-Agent` is kept.
const MAX_AGENT_CHARS: usize = 256;

impl Auth {
    /// Logs a user in: a new session with an access and a refresh token.
    ///
    /// An unknown name, a wrong password and an inactive user are refused in the same words after the same work. A
    /// password stored under weaker parameters is hashed anew.
    ///
    /// ```
    /// # use auth_core::{Login, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let tokens = auth.login(Login::new("ada@example.com", "three words and a comma")).await?;
    /// assert_eq!(tokens.expires_in, 15 * 60);
    ///
    /// let wrong = auth.login(Login::new("ada@example.com", "another")).await.unwrap_err();
    /// let unknown = auth.login(Login::new("bob@example.com", "another")).await.unwrap_err();
    /// assert_eq!(wrong, unknown); // nobody learns who has an account
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::WrongPassword`]; [`Refusal::Busy`] when too many logins wait; [`Refusal::Unavailable`] when a store
    /// does not answer; [`Refusal::InvalidDpopProof`] when [DPoP](crate::Dpop) is required, since only a request can
    /// carry a proof.
    pub async fn login(&self, login: Login) -> Result<Tokens, Refusal> {
        self.login_with(login, None).await
    }

    /// As [`login`](Self::login) for who proved to hold a key.
    pub(crate) async fn login_with(&self, login: Login, proof: Option<&Proof>) -> Result<Tokens, Refusal> {
        let scope = self.granted_scope(login.scope.as_deref());
        self.begin(login, scope, Grantee::own(proof)).await
    }

    /// Logs a user in for `grantee`, to whom the session's refresh tokens are bound, with the scopes decided already.
    pub(crate) async fn begin(&self, login: Login, scope: String, grantee: Grantee<'_>) -> Result<Tokens, Refusal> {
        self.check_proof_is_there(&grantee)?;
        let user = self.check_password(&login).await?;
        let key = self.prove_key(&grantee).await?;
        let holder = grantee.holder();
        let now = self.now();
        let refresh = Token::random()?;
        let session = Session {
            id: SessionId::random(),
            subject: user.id,
            version: user.state.version,
            scope,
            amr: "pwd".to_owned(),
            agent: login.agent.map(|agent| agent.chars().take(MAX_AGENT_CHARS).collect()),
            created_at: now,
            last_used_at: now,
            expires_at: now.after(self.0.lifetimes.refresh),
            ends_at: now.after(self.0.lifetimes.session),
            client_id: holder.client_id.cloned(),
            dpop_jkt: holder.dpop_jkt.map(str::to_owned),
        };
        self.0
            .sessions
            .create(NewSession { session: session.clone(), refresh_token: refresh.hash() }, Audit::none())
            .await?;
        self.record(&Event::LoginSucceeded { subject: &session.subject, session: &session.id });
        self.tokens(session, &user.state.roles, refresh, key.as_ref())
    }

    async fn check_password(&self, login: &Login) -> Result<UserRecord, Refusal> {
        let user = if login.username.len() > MAX_LOGIN_BYTES {
            None
        } else {
            self.0.users.find_by_login(&login.username).await?
        };
        let stored = user.as_ref().and_then(|user| user.password_hash.clone());
        // Verified also when there is no such user or it is inactive: the time must not tell who exists.
        let verified = self.0.hasher.verify(login.password.clone(), stored.clone()).await?;
        match (user, verified) {
            (Some(user), Verified::Right { upgraded }) if user.state.active => {
                if let (Some(old), Some(new)) = (stored, upgraded) {
                    self.0.users.upgrade_hash(&user.id, &old, &new).await?;
                    self.record(&Event::PasswordRehashed { subject: &user.id });
                }
                Ok(user)
            }
            (user, _) => {
                let subject: Option<&SubjectId> = user.as_ref().map(|user| &user.id);
                self.record(&Event::LoginFailed { subject });
                Err(Refusal::WrongPassword)
            }
        }
    }

    /// What was asked for, as far as it may be had, each scope once. The form of a login has no words for a scope that
    /// cannot be had, as the token endpoint has; what was granted is in the response.
    fn granted_scope(&self, requested: Option<&str>) -> String {
        let mut granted: Vec<&str> = Vec::new();
        for scope in requested.unwrap_or_default().split(' ') {
            if self.0.scopes.iter().any(|known| **known == *scope) && !granted.contains(&scope) {
                granted.push(scope);
            }
        }
        granted.join(" ")
    }
}

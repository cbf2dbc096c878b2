//! Login by a code in a message.

use secrecy::{ExposeSecret, SecretString};

use super::request::Recipient;
use super::{MessageKind, MessageLogin, OneTime};
use crate::base::Context;
use crate::cache::Limited;
use crate::service::session::{TokenProof, TokenRequest, Tokens};
use crate::service::{AccountError, Auth};
use crate::token::{LoginCode, Purpose, Token, TokenError, random_code};

/// A login with a challenge and the code of a message.
///
/// ```
/// use auth_core::CodeLogin;
///
/// let mut login = CodeLogin::new("lc_from-the-request", "1234 5678");
/// login.scope = Some("profile".to_owned());
/// assert!(!format!("{login:?}").contains("1234")); // the code is not printed
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct CodeLogin {
    /// The challenge of [`Auth::request_login_code`].
    pub challenge: SecretString,
    /// The code of the message: eight digits, with spaces and hyphens anywhere.
    pub code: SecretString,
    /// The requested scopes, separated by spaces. Scopes that are not in
    /// [`AuthBuilder::scopes`](crate::AuthBuilder::scopes) are not granted.
    pub scope: Option<String>,
    /// The name of the device in the user's list of sessions, usually the `User-Agent`; truncated to 256 characters.
    pub agent: Option<String>,
    /// A code of the second factor or a recovery code, for a user with a second factor.
    pub otp: Option<SecretString>,
    /// The DPoP proof of the request, to whose key the tokens are bound.
    pub proof: TokenProof,
}

impl CodeLogin {
    /// A login without scopes, agent, code of a second factor or DPoP proof.
    pub fn new(challenge: impl Into<SecretString>, code: impl Into<SecretString>) -> Self {
        let (challenge, code) = (challenge.into(), code.into());
        Self { challenge, code, scope: None, agent: None, otp: None, proof: TokenProof::default() }
    }

    /// Binds the tokens to the key of this DPoP proof, if the request has one.
    #[must_use]
    pub fn proof(mut self, proof: TokenProof) -> Self {
        self.proof = proof;
        self
    }
}

impl Auth {
    /// Sends a message with a code of eight digits that logs the user in, if there is an active one with this login name, and
    /// returns the challenge, which the client presents with the code. The code replaces an earlier one and is valid for 10
    /// minutes, until the password or the address changes. It returns at once, as
    /// [`request_password_reset`](Self::request_password_reset) does, and with a challenge for every name.
    ///
    /// A code is of use to the client with the challenge alone: a party that asks for codes of another user can neither use
    /// up the tries of that user's client, nor log in by a code that the user is made to read out.
    ///
    /// # Errors
    ///
    /// As [`request_password_reset`](Self::request_password_reset).
    pub async fn request_login_code(&self, context: &Context, login: &str) -> Result<Token<LoginCode>, AccountError> {
        self.limit(context, Limited::Message, Some(login)).await?;
        let challenge = Token::<LoginCode>::random()?;
        let code = random_code()?;
        let hash = challenge.hash_with(&code).ok_or(TokenError::Malformed)?;
        let new = move || Ok((OneTime { hash, purpose: Purpose::LoginCode }, MessageKind::LoginCode(code)));
        self.send_later(context, "request_login_code", Recipient::Login(login.to_owned()), new)?;
        Ok(challenge)
    }

    /// Logs a user in with a [challenge and the code of its message](Self::request_login_code), otherwise as
    /// [`magic_link_login`](Self::magic_link_login). The wrong codes of a challenge are limited: ten, and one more in three
    /// minutes.
    ///
    /// ```
    /// use auth_core::{AccountError, CodeLogin};
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let refused = auth.login_by_code(&system, CodeLogin::new("lc_unknown", "12345678")).await;
    /// assert_eq!(refused.unwrap_err(), AccountError::InvalidOneTimeToken);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// As [`magic_link_login`](Self::magic_link_login).
    pub async fn login_by_code(&self, context: &Context, login: CodeLogin) -> Result<Tokens, AccountError> {
        let CodeLogin { challenge, code, scope, agent, otp, proof } = login;
        let request = TokenRequest::own(proof.checked()?);
        self.verifier().check_proof_is_there(context, request.proof, request.dpop_bound)?;
        let challenge = Token::<LoginCode>::parse(challenge.expose_secret());
        let account = challenge.as_ref().ok().map(Token::expose);
        let attempt = self.limit(context, Limited::OneTimeCode, account).await?.into_owned();
        let hash = challenge.as_ref().ok().and_then(|challenge| challenge.hash_with(&code));
        let presented = hash.map(|hash| OneTime { hash, purpose: Purpose::LoginCode }).ok_or(TokenError::Malformed);
        let auth = self.clone();
        // In a task of its own: the guess of a client that hangs up counts as well.
        let checked = self.in_task("login_by_code", async move {
            let guess = attempt.guess().await?;
            guess.outcome(auth.check_one_time(attempt.context(), presented).await).await
        });
        let (presented, user) = checked.await.unwrap_or(Err(AccountError::Unavailable))?;
        let login = MessageLogin { operation: "login_by_code", presented, user, scope, agent, otp };
        self.login_by_message(context, login, request).await
    }
}

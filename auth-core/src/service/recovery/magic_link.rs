//! Login by a link in a message.

use secrecy::{ExposeSecret, SecretString};

use super::request::{Recipient, token_of};
use super::{MessageKind, OneTime};
use crate::base::Context;
use crate::cache::Limited;
use crate::service::session::{TokenProof, TokenRequest, Tokens, methods};
use crate::service::{AccountError, Auth};
use crate::store::UserRecord;
use crate::token::MagicLink;
use crate::verify::dpop::ProvenKey;

/// A login with the token of a magic link.
///
/// ```
/// use auth_core::MagicLinkLogin;
///
/// let mut login = MagicLinkLogin::new("ml_from-the-message");
/// login.scope = Some("profile".to_owned());
/// assert!(!format!("{login:?}").contains("ml_from")); // the token is not printed
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct MagicLinkLogin {
    /// The token.
    pub token: SecretString,
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

impl MagicLinkLogin {
    /// A login without scopes, agent, code or DPoP proof.
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self { token: token.into(), scope: None, agent: None, otp: None, proof: TokenProof::default() }
    }

    /// Binds the tokens to the key of this DPoP proof, if the request has one.
    #[must_use]
    pub fn proof(mut self, proof: TokenProof) -> Self {
        self.proof = proof;
        self
    }
}

/// A login by a token or code whose user is known.
pub(super) struct MessageLogin {
    pub(super) operation: &'static str,
    pub(super) presented: OneTime,
    pub(super) user: UserRecord,
    pub(super) scope: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) otp: Option<SecretString>,
}

/// The authentication method of a message. RFC 8176 has none for messages.
const AMR: &str = "email";

impl Auth {
    /// Sends a message with a token that logs the user in, if there is an active one with this login name. The token
    /// replaces an earlier one and is valid for 15 minutes, until the password or the address changes. It returns at once,
    /// as [`request_password_reset`](Self::request_password_reset) does.
    ///
    /// # Errors
    ///
    /// As [`request_password_reset`](Self::request_password_reset).
    pub async fn request_magic_link(&self, context: &Context, login: &str) -> Result<(), AccountError> {
        self.limit(context, Limited::Message, Some(login)).await?;
        let new = token_of::<MagicLink>(MessageKind::from);
        self.send_later(context, "request_magic_link", Recipient::Login(login.to_owned()), new)
    }

    /// Logs a user in with the token of a [message](Self::request_magic_link). The session's `amr` is `email`, without
    /// `pwd`. A user with a second factor needs a [code](MagicLinkLogin::otp) as well; a request without one does not spend
    /// the token. The address of the message is verified from then on.
    ///
    /// ```
    /// use auth_core::{AccountError, MagicLinkLogin};
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let refused = auth.magic_link_login(&system, MagicLinkLogin::new("ml_unknown")).await;
    /// assert_eq!(refused.unwrap_err(), AccountError::InvalidOneTimeToken);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidOneTimeToken`] for every refused token, whatever the reason;
    /// [`AccountError::SecondFactorRequired`] and [`AccountError::WrongSecondFactor`] with a right token;
    /// [`AccountError::RateLimited`]; [`AccountError::Unavailable`] when a store does not answer: the token may be spent;
    /// [`AccountError::InvalidDpopProof`] for an invalid [proof](MagicLinkLogin::proof), and without one when
    /// [DPoP](crate::Dpop) is required.
    pub async fn magic_link_login(&self, context: &Context, login: MagicLinkLogin) -> Result<Tokens, AccountError> {
        let request = TokenRequest::own(login.proof.checked()?);
        self.verifier().check_proof_is_there(context, request.proof, request.dpop_bound)?;
        let MagicLinkLogin { token, scope, agent, otp, .. } = login;
        let (presented, user) = self.presented::<MagicLink>(context, token.expose_secret()).await?;
        let login = MessageLogin { operation: "magic_link_login", presented, user, scope, agent, otp };
        self.login_by_message(context, login, request).await
    }

    /// Begins the session of a presented token, which it spends.
    pub(super) async fn login_by_message(
        &self,
        context: &Context,
        login: MessageLogin,
        request: TokenRequest<'_>,
    ) -> Result<Tokens, AccountError> {
        let MessageLogin { operation, presented, user, scope, agent, otp } = login;
        let scope = self.granted_scope(scope.as_deref())?;
        let code = self.needed_code(&user.id, otp).await?;
        let key = self.verifier().prove_key(context, request.proof).await?;
        let amr = methods(AMR, false, code.is_some());
        let agent = agent.as_deref().or(context.agent.as_deref());
        let session = self.new_session(user.id, user.state.version, scope, &amr, request.holder(), agent)?;
        // Before the token is spent, so that a failure of the application costs nothing.
        let grant = self.grant(&session, &user.state.roles).await?;
        let begun = self.change_with(context, operation, code, move |change| async move {
            // Of the same version as before: otherwise the token is refused.
            let (user, _) = change.redeem_one_time(presented).await?;
            let key = key.as_ref().map(ProvenKey::thumbprint);
            let tokens = change.begin_granted(session, &user.state.roles, key, &grant).await?;
            change.remember_device_of(&user).await;
            Ok(tokens)
        });
        begun.await.map_err(AccountError::at_login)
    }
}

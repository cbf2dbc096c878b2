//! Another authentication in a session, for requirements of a recent or stronger one (RFC 9470).

use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};

use super::login::PasswordGuess;

use crate::base::Context;
use crate::cache::Limited;
use crate::event::EventKind;
use crate::service::second_factor::{AMR, Code};
use crate::service::{AccountError, Auth};
use crate::store::{Session, StepUp as Write};
use crate::token::{Access, Token};
use crate::verify::Identity;

/// What a user presents to [`Auth::step_up`]: the password, a code of the second factor, or both. `Debug` hides them.
///
/// ```
/// use auth_core::StepUp;
///
/// let mut step_up = StepUp::default();
/// step_up.password = Some("three words and a comma".into());
/// assert!(!format!("{step_up:?}").contains("comma"));
/// ```
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct StepUp {
    /// The password.
    pub password: Option<SecretString>,
    /// A code of the authenticator, or a recovery code.
    pub otp: Option<SecretString>,
}

/// The access token of a session after a [step-up](Auth::step_up). The session keeps its refresh token.
///
/// As a response it is the JSON of RFC 6749 section 5.1 without `refresh_token`, with `Cache-Control: no-store`. `Serialize`
/// gives the same JSON, and so exposes the token.
#[derive(Debug)]
#[non_exhaustive]
pub struct SteppedUp {
    /// The access token.
    pub access: Token<Access>,
    /// Its lifetime in seconds.
    pub expires_in: u64,
    /// Its scopes, separated by spaces.
    pub scope: String,
    /// Its type: `bearer`, or `DPoP` for one that is bound to a key.
    pub token_type: &'static str,
}

impl Serialize for SteppedUp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            access_token: &'a str,
            token_type: &'static str,
            expires_in: u64,
            scope: &'a str,
        }
        let Self { access, expires_in, scope, token_type } = self;
        Body { access_token: access.expose(), token_type, expires_in: *expires_in, scope }.serialize(serializer)
    }
}

impl Auth {
    /// Authenticates the subject of a session again, and returns an access token of the same session, client, key and
    /// scopes whose `auth_time` is now. Tokens of later refreshes have that time, too.
    ///
    /// | presented | `amr` |
    /// | --- | --- |
    /// | password | `pwd` |
    /// | code | those of the session, `otp`, and `mfa` if the session has another one |
    /// | both | `pwd otp mfa` |
    ///
    /// A password alone thus does not keep the `mfa` of a session. Access tokens from before keep their time and methods
    /// until they expire.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::{Context, Refusal, StepUp, SteppedUp};
    /// use axum::extract::State;
    ///
    /// #[require_auth]
    /// async fn again(identity: Identity, context: Context, State(auth): State<Auth>) -> Result<SteppedUp, Refusal> {
    ///     let mut step_up = StepUp::default();
    ///     step_up.password = Some("three words and a comma".into());
    ///     Ok(auth.step_up(&context, &identity, step_up).await?)
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::WrongCurrentPassword`]; [`AccountError::InvalidCode`], also for a subject without a second factor;
    /// [`AccountError::InvalidInput`] without a password and a code; [`AccountError::RateLimited`];
    /// [`AccountError::NotFound`] when the access token has no session here; [`AccountError::CallerChanged`] when the
    /// session or the account has changed meanwhile.
    pub async fn step_up(
        &self,
        context: &Context,
        identity: &Identity,
        step_up: StepUp,
    ) -> Result<SteppedUp, AccountError> {
        let is_sent = |sent: &SecretString| !sent.expose_secret().is_empty();
        let StepUp { password, otp } = step_up;
        let (password, otp) = (password.filter(is_sent), otp.filter(is_sent));
        if password.is_none() && otp.is_none() {
            return Err(AccountError::InvalidInput { detail: "Send `password`, `otp`, or both." });
        }
        let id = identity.session().ok_or(AccountError::NotFound { what: "session" })?.clone();
        let by_password = password.is_some();
        if let Some(password) = password {
            self.check_current_password(context, identity, password).await?;
        }
        let code = otp.map(|text| Code::of(identity.subject(), text));
        let by_code = code.is_some();
        let claims = identity.claims();
        let (scope, key) = (claims.scope.clone(), claims.cnf.as_ref().map(|key| key.jkt.clone()));
        let subject = identity.subject().clone();
        self.change_with(context, "step_up", code, move |change| async move {
            let auth = change.auth();
            let sessions = &auth.service()?.sessions;
            let session = sessions.find(&id).await?.filter(|session| session.subject == subject);
            let session = session.ok_or(AccountError::CallerChanged)?;
            let user = auth.living_subject(&session).await?.ok_or(AccountError::CallerChanged)?;
            let amr = methods(&session.amr, by_password, by_code);
            let next = Session { amr, authenticated_at: change.now(), scope, ..session };
            // Asked before the write, so that a failure changes nothing.
            let grant = auth.grant(&next, &user.state.roles).await?;
            let recording = change.recording(Some(&subject), |session: &Option<Session>| {
                let stepped_up = |session: &Session| EventKind::SteppedUp {
                    subject: session.subject.clone(),
                    session: session.id.clone(),
                    amr: session.amr.clone(),
                };
                session.iter().map(stepped_up).collect()
            });
            let write = Write {
                session: &next.id,
                subject: &next.subject,
                version: next.version,
                amr: &next.amr,
                at: next.authenticated_at,
            };
            recording.of(sessions.step_up(write, recording.audit())).await?.ok_or(AccountError::CallerChanged)?;
            let (access, lifetime) = auth.issue_access_token(&next, &user.state.roles, key.as_deref(), &grant)?;
            let token_type = if key.is_some() { "DPoP" } else { "bearer" };
            Ok(SteppedUp { access, expires_in: lifetime.as_secs(), scope: grant.scope, token_type })
        })
        .await
    }

    async fn check_current_password(
        &self,
        context: &Context,
        identity: &Identity,
        password: SecretString,
    ) -> Result<(), AccountError> {
        let subject = identity.subject();
        let attempt = self.limit(context, Limited::CurrentPassword, Some(subject.as_str())).await?;
        let user = self.service()?.users.find_by_id(subject).await?;
        let (subject, wrong) = (Some(subject.clone()), AccountError::WrongCurrentPassword);
        self.check_password(attempt, PasswordGuess { user, password, subject, wrong }).await.map(drop)
    }
}

/// The methods of a session after a step-up by these.
pub(crate) fn methods(before: &str, by_password: bool, by_code: bool) -> String {
    let mut methods: Vec<&str> = if by_password { vec!["pwd"] } else { before.split_whitespace().collect() };
    if by_code {
        let has_other = methods.iter().any(|method| !AMR.contains(method));
        for method in AMR.into_iter().take(if has_other { 2 } else { 1 }) {
            if !methods.contains(&method) {
                methods.push(method);
            }
        }
    }
    methods.join(" ")
}

#[cfg(test)]
mod tests {
    use super::methods;

    #[test]
    fn a_password_does_not_keep_the_second_factor_and_a_code_adds_it() {
        for (before, by_password, by_code, after) in [
            ("pwd", true, false, "pwd"),
            ("pwd otp mfa", true, false, "pwd"),
            ("pwd", false, true, "pwd otp mfa"),
            ("email", false, true, "email otp mfa"),
            ("pwd otp mfa", false, true, "pwd otp mfa"),
            ("email otp mfa", true, true, "pwd otp mfa"),
            ("", false, true, "otp"),
            ("otp", false, true, "otp"),
        ] {
            assert_eq!(methods(before, by_password, by_code), after, "{before:?} {by_password} {by_code}");
        }
    }
}

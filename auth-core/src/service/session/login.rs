//! Login by name and password.

use secrecy::SecretString;

use super::{Login, TokenRequest, Tokens, methods};
use crate::base::{Context, SubjectId, is_scope};
use crate::cache::Limited;
use crate::event::EventKind;
use crate::password::{PasswordHash, Turn, Verified};
use crate::service::limits::Attempt;
use crate::service::{AccountError, Auth};
use crate::store::UserRecord;
use crate::verify::dpop::ProvenKey;

/// A longer login name is invalid, and is refused without a query.
const MAX_LOGIN_BYTES: usize = 1024;

/// A password that a client presents for a user.
pub(super) struct PasswordGuess {
    /// `None` for a name that no user has.
    pub(super) user: Option<UserRecord>,
    pub(super) password: SecretString,
    /// The subject of the event of a wrong one.
    pub(super) subject: Option<SubjectId>,
    /// The error of a wrong one.
    pub(super) wrong: AccountError,
}

impl Auth {
    /// Logs a user in: begins a session with an access and a refresh token.
    ///
    /// An unknown name, a wrong password, an inactive user and a hash that cannot be verified get the same error after
    /// the same work: that of every format in [`UserStore::sample_hashes`](crate::store::UserStore::sample_hashes). A
    /// weaker password hash than this service makes is replaced.
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
    /// [`AccountError::InvalidCredentials`]; [`AccountError::MalformedScope`]; after a right password of a user with a second factor
    /// [`AccountError::SecondFactorRequired`] without a [code](Login::otp) and [`AccountError::WrongSecondFactor`] for a wrong
    /// one; [`AccountError::RateLimited`]; [`AccountError::Overloaded`] when too many
    /// logins are queued;
    /// [`AccountError::Unavailable`] when a store does not answer; [`AccountError::InvalidDpopProof`] for an invalid
    /// [proof](Login::proof), and without one when [DPoP](crate::Dpop) is required.
    pub async fn login(&self, context: &Context, mut login: Login) -> Result<Tokens, AccountError> {
        let scope = self.granted_scope(login.scope.as_deref())?;
        let proof = std::mem::take(&mut login.proof);
        self.begin(context, login, scope, TokenRequest::own(proof.checked()?)).await
    }

    /// Logs a user in with granted scopes; the session's refresh tokens are bound to the client and key of `request`,
    /// whose proof takes the place of the login's.
    pub(crate) async fn begin(
        &self,
        context: &Context,
        login: Login,
        scope: String,
        request: TokenRequest<'_>,
    ) -> Result<Tokens, AccountError> {
        self.verifier().check_proof_is_there(context, request.proof, request.dpop_bound)?;
        let attempt = self.limit(context, Limited::Login, Some(&login.username)).await?;
        let user = self.user_by_login(&login.username).await?;
        // Also for an unknown or inactive user: response time must not reveal which users exist.
        let guess = PasswordGuess {
            subject: user.as_ref().map(|user| user.id.clone()),
            user,
            password: login.password.clone(),
            wrong: AccountError::InvalidCredentials,
        };
        let (user, upgraded) = self.check_password(attempt, guess).await?;
        self.upgrade_hash(context, &user, upgraded).await?;
        let code = self.needed_code(&user.id, login.otp).await?;
        let key = self.verifier().prove_key(context, request.proof).await?;
        let amr = methods("pwd", false, code.is_some());
        let agent = login.agent.as_deref().or(context.agent.as_deref());
        let session = self.new_session(user.id.clone(), user.state.version, scope, &amr, request.holder(), agent)?;
        let name = login.username;
        let exact = request.exact_scope;
        let begun = self.change_with(context, "login", code, move |change| async move {
            let grant = change.auth().grant(&session, &user.state.roles).await?;
            if exact && grant.scope != session.scope {
                return Err(AccountError::InvalidScope);
            }
            let key = key.as_ref().map(ProvenKey::thumbprint);
            let tokens = change.begin_granted(session, &user.state.roles, key, &grant).await?;
            change.remember_device(&name, &user.id).await;
            Ok(tokens)
        });
        begun.await.map_err(AccountError::at_login)
    }

    pub(crate) async fn user_by_login(&self, login: &str) -> Result<Option<UserRecord>, AccountError> {
        if login.len() > MAX_LOGIN_BYTES {
            return Ok(None);
        }
        Ok(self.service()?.users.find_by_login(login).await?)
    }

    async fn upgrade_hash(
        &self,
        context: &Context,
        user: &UserRecord,
        upgraded: Option<PasswordHash>,
    ) -> Result<(), AccountError> {
        let (Some(old), Some(new)) = (user.password_hash.clone(), upgraded) else { return Ok(()) };
        let subject = user.id.clone();
        self.change(context, "login", |change| async move {
            let event = || EventKind::PasswordRehashed { subject: subject.clone() };
            let recording = change.recording_if(Some(&subject), event);
            // `false` after a new password: the session of this login is of a version that is gone.
            let users = &change.service()?.users;
            recording.of(users.upgrade_hash(&subject, &old, &new, recording.audit())).await
        })
        .await
        .map(drop)
    }

    /// Checks the password of a user, or does the same work without one, and counts the outcome. An inactive user has no
    /// right password. Returns the user, and the hash that takes the place of a weaker one.
    ///
    /// A client that hangs up while it waits for its turn has not guessed. From then on the check goes on without the client:
    /// otherwise guesses of clients that hang up would take the work of a hash each, and be neither counted nor recorded.
    pub(super) async fn check_password(
        &self,
        attempt: Attempt<'_>,
        guess: PasswordGuess,
    ) -> Result<(UserRecord, Option<PasswordHash>), AccountError> {
        let service = self.service()?;
        let turn = service.hasher.turn_after(service.users.sample_hashes()).await?;
        let (auth, attempt) = (self.clone(), attempt.into_owned());
        let checked = self.in_task("check_password", async move {
            let checked = auth.check_password_in(turn, attempt.context(), guess).await;
            attempt.outcome(checked).await
        });
        checked.await.unwrap_or(Err(AccountError::Unavailable))
    }

    async fn check_password_in(
        &self,
        turn: Turn,
        context: &Context,
        guess: PasswordGuess,
    ) -> Result<(UserRecord, Option<PasswordHash>), AccountError> {
        let PasswordGuess { user, password, subject, wrong } = guess;
        let stored = user.as_ref().and_then(|user| user.password_hash.clone());
        let is_active = user.as_ref().is_some_and(|user| user.state.active);
        let verified = self.service()?.hasher.verify_in(turn, password, stored, is_active).await?;
        if let (Some(user), Verified::Wrong { is_unreadable: true }) = (&user, &verified) {
            self.record(context, EventKind::PasswordHashUnreadable { subject: user.id.clone() });
        }
        if let (Some(user), Verified::Right { upgraded }) = (user, verified) {
            return Ok((user, upgraded));
        }
        self.record(context, EventKind::LoginFailed { subject });
        Err(wrong)
    }

    /// The requested scopes that are known, each once. Unlike the token endpoint, a login has no error for an unknown
    /// scope; the response contains the granted ones. An empty text is none.
    pub(crate) fn granted_scope(&self, requested: Option<&str>) -> Result<String, AccountError> {
        let known = &self.service()?.scopes;
        let mut granted: Vec<&str> = Vec::new();
        for scope in requested.filter(|scope| !scope.is_empty()).into_iter().flat_map(|scope| scope.split(' ')) {
            if !is_scope(scope) {
                return Err(AccountError::MalformedScope);
            }
            if known.iter().any(|known| **known == *scope) && !granted.contains(&scope) {
                granted.push(scope);
            }
        }
        Ok(granted.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use argon2::PasswordHasher as _;
    use argon2::password_hash::phc;
    use async_trait::async_trait;

    use super::*;
    use crate::store::{Audit, AuditFilter, MemoryStore, NewUser, StoreError, UserRegistry, UserStore};
    use crate::token::{SigningKey, random_secret};

    #[tokio::test]
    async fn the_first_login_after_a_start_does_the_work_of_every_format_in_the_store() {
        let store = MemoryStore::new();
        for (email, stored) in [
            (
                "ada@example.com",
                "$argon2id$v=19$m=64,t=1,p=1$wagCPXjifgvUFBzq4hqe3w$CYaIb8sB+wtD+Vu/P4uod1+Qof8h+1g7bbDlBID48Rc",
            ),
            ("bob@example.com", "!"),
        ] {
            let (email, password_hash) = (email.parse().unwrap(), PasswordHash::from_stored(stored));
            let user = NewUser::new(email, password_hash);
            UserRegistry::create(&store, user, Audit::none()).await.unwrap().unwrap();
        }
        let key = SigningKey::hs256(&random_secret().unwrap()).unwrap();
        let auth = Auth::builder(key, "https://api.example.com", "api").store(store).build().unwrap();
        let login = Login::new("unknown@example.com", "three words and a comma");
        let refused = auth.login(&Context::system("test"), login).await;
        assert_eq!(refused.err(), Some(AccountError::InvalidCredentials));
        assert_eq!(auth.service().unwrap().hasher.formats(), 2, "the current format and the stored one");
    }

    /// A store on PostgreSQL, where another request sets a password just before each upgrade.
    struct Beaten(MemoryStore);

    #[async_trait]
    impl UserStore for Beaten {
        async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
            assert!(!login.contains('\0'), "no text for PostgreSQL");
            self.0.find_by_login(login).await
        }

        async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
            self.0.find_by_id(id).await
        }

        async fn set_password(
            &self,
            id: &SubjectId,
            version: u64,
            hash: &PasswordHash,
            audit: Audit<'_, Option<u64>>,
        ) -> Result<Option<u64>, StoreError> {
            self.0.set_password(id, version, hash, audit).await
        }

        async fn revoke_tokens(
            &self,
            id: &SubjectId,
            audit: Audit<'_, Option<u64>>,
        ) -> Result<Option<u64>, StoreError> {
            self.0.revoke_tokens(id, audit).await
        }

        async fn upgrade_hash(
            &self,
            id: &SubjectId,
            old: &PasswordHash,
            new: &PasswordHash,
            audit: Audit<'_, bool>,
        ) -> Result<bool, StoreError> {
            let newer = PasswordHash::from_stored("newer");
            assert_eq!(self.0.set_password(id, 0, &newer, Audit::none()).await?, Some(1));
            self.0.upgrade_hash(id, old, new, audit).await
        }
    }

    #[tokio::test]
    async fn a_store_sees_no_name_with_nul_and_a_hash_that_was_not_replaced_is_no_event() {
        let hasher = argon2::Argon2::new(
            argon2::Algorithm::Argon2id,
            argon2::Version::V0x13,
            argon2::Params::new(64, 1, 1, None).unwrap(),
        );
        let weak: phc::PasswordHash = hasher.hash_password(b"three words and a comma").unwrap();
        let store = MemoryStore::new();
        let user = NewUser::new("ada@example.com".parse().unwrap(), PasswordHash::from_stored(weak.to_string()));
        let ada = UserRegistry::create(&store, user, Audit::none()).await.unwrap().unwrap();
        let key = SigningKey::hs256(&random_secret().unwrap()).unwrap();
        let builder = Auth::builder(key, "https://api.example.com", "api").store(store.clone());
        let auth = builder.users(Beaten(store)).build().unwrap();
        let login = Login::new("ada@example.com", "three words and a comma");
        auth.login(&Context::system("test"), login).await.unwrap();
        let no_text = Login::new("ada\0@example.com", "three words and a comma");
        let refused = auth.login(&Context::system("test"), no_text).await;
        assert_eq!(refused.err(), Some(AccountError::InvalidCredentials));
        auth.settled().await;
        let filter = AuditFilter { subject: Some(ada), ..AuditFilter::default() };
        let events = auth.events(&filter, 10).await.unwrap();
        let kinds: Vec<_> = events.iter().map(|event| event.kind.name()).collect();
        assert_eq!(kinds, ["login_succeeded"]);
    }
}

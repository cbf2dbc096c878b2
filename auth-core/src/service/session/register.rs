//! Registration.

use std::fmt;

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::base::{Context, Email, SubjectId};
use crate::cache::Limited;
use crate::event::{Event, EventKind};
use crate::password::Password;
use crate::policy::Role;
use crate::service::change::{Change, answered};
use crate::service::recovery::{MessageKind, Recipient, token_of};
use crate::service::{AccountError, Auth};
use crate::store::{Audit, AuditRow, Created, NewUser, UserRegistry, UserTransaction};
use crate::token::random_secret;

/// A user to register.
#[derive(Debug)]
#[non_exhaustive]
pub struct Registration {
    /// The e-mail address, which is the login name.
    pub email: String,
    /// The password.
    pub password: SecretString,
    /// The names of the roles to assign. A public route must not take them from the request.
    pub roles: Vec<Box<str>>,
    /// Further fields for the application's [`UserRegistry`](crate::store::UserRegistry), which says which it
    /// [accepts](crate::store::UserRegistry::accepts).
    pub extra: Map<String, Value>,
}

impl Registration {
    /// A registration without roles and further fields.
    pub fn new(email: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self { email: email.into(), password: password.into(), roles: Vec::new(), extra: Map::new() }
    }

    /// Sets the roles.
    #[must_use]
    pub fn with_roles<R: Role>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        self.roles = roles.into_iter().map(|role| role.name().into()).collect();
        self
    }

    /// Adds a further field.
    #[must_use]
    pub fn with_field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }
}

impl Auth {
    /// Adds a user. With a [`delivery`](crate::AuthBuilder::delivery) it also sends a message that
    /// [verifies the address](Self::request_email_verification).
    ///
    /// ```
    /// use auth_core::{AccountError, Registration, password::WeakPassword};
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let (bob, email) = auth.register(&system, Registration::new("Bob@Example.com", "three words and a comma")).await?;
    /// assert_eq!(email.as_str(), "bob@example.com");
    /// let weak = auth.register(&system, Registration::new("cyd@example.com", "password123")).await.unwrap_err();
    /// assert_eq!(weak, AccountError::WeakPassword(WeakPassword::TooShort { min: 15 })); // NIST SP 800-63B-4
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`new_user`](Self::new_user); [`AccountError::EmailTaken`] and [`AccountError::InvalidFields`] by the
    /// answer of the registry; [`AccountError::Misconfigured`] when the user store accepts no registrations;
    /// [`AccountError::Unavailable`] when a store does not answer. The user may have been added all the same, but not with
    /// what its id has from a removed user: then a [`UserTable`](crate::store::UserTable) takes the user back, and for another
    /// registry the application calls [`forget_subject`](Self::forget_subject).
    pub async fn register(
        &self,
        context: &Context,
        registration: Registration,
    ) -> Result<(SubjectId, Email), AccountError> {
        // Before the password is hashed.
        self.registry()?;
        let user = self.new_user(context, registration).await?;
        let email = user.email.clone();
        self.change(context, "register", |change| async move {
            change.check_caller().await?;
            let roles = user.roles.clone();
            let recording = change.recording(None, |created: &Created| registered(created, &roles));
            let created = recording.of(change.auth().registry()?.create(user, recording.audit())).await?;
            let subject = created?;
            change.begin_registered(&subject).await?;
            change.auth().verify_address_later(change.context(), &subject);
            Ok((subject, email))
        })
        .await
    }

    /// As [`register`](Self::register), without telling whether the address has an account: the answer, and the work before
    /// it, are the same. The user is added in a task that [`settled`](Self::settled) awaits; a new address gets the message
    /// [`Registration`](crate::recovery::MessageKind::Registration), and one with an account the message
    /// [`AccountExists`](crate::recovery::MessageKind::AccountExists). `POST /auth/register` calls it after
    /// [`AuthBuilder::private_registration`](crate::AuthBuilder::private_registration).
    ///
    /// The token of either message sets the password by [`reset_password`](Self::reset_password). The password of the
    /// registration only has to meet the rules: it never logs in, neither before the token is used nor after it. Otherwise a
    /// login would tell whether the address was free, and a client that registers the address of another user first would
    /// keep a password of that user's account.
    ///
    /// A field that the registry refuses, but for an `email` that is taken, is logged and adds no user: the application
    /// checks its own fields before.
    ///
    /// ```
    /// use auth_core::recovery::LogDelivery;
    /// use auth_core::{Context, Registration};
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = auth_core::testing::in_memory().delivery(LogDelivery).build()?;
    /// for _ in 0..2 {
    ///     let ada = Registration::new("ada@example.com", "three words and a comma");
    ///     auth.register_privately(&Context::system("example"), ada).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`new_user`](Self::new_user), which depend on the request alone; [`AccountError::Overloaded`] when too many
    /// messages are being sent; [`AccountError::Misconfigured`] when the user store accepts no registrations, and without a
    /// [`delivery`](crate::AuthBuilder::delivery).
    pub async fn register_privately(&self, context: &Context, registration: Registration) -> Result<(), AccountError> {
        self.registry()?;
        let permit = self.message_permit()?;
        let email = registration.email.parse::<Email>();
        self.limit_everywhere(context, Limited::Message, email.as_ref().ok().map(Email::as_str)).await?;
        let user = self.new_user_with(context, registration, |_| Ok(random_secret()?)).await?;
        self.change_later(context, "register", |change| async move {
            let _permit = permit;
            change.check_caller().await?;
            let login = user.email.as_str().to_owned();
            let roles = user.roles.clone();
            let recording = change.recording(None, |created: &Created| registered(created, &roles));
            let created = recording.of(change.auth().registry()?.create(user, recording.audit())).await?;
            match created {
                Ok(subject) => {
                    change.begin_registered(&subject).await?;
                    change.send(Recipient::Subject(subject), token_of(MessageKind::Registration)).await
                }
                Err(rejected) if rejected.is_email_taken() => {
                    change.send(Recipient::Login(login), token_of(MessageKind::AccountExists)).await
                }
                Err(rejected) => Err(rejected.into()),
            }
        })
    }

    /// Checks a registration and hashes its password, for [`register_in`](Self::register_in) or a statement of the
    /// application's own, after which it calls [`registered`](Self::registered). A new password must not be the e-mail
    /// address or another field of the registration.
    ///
    /// ```
    /// use auth_core::Registration;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let user = auth.new_user(&system, Registration::new("bob@example.com", "three words and a comma")).await?;
    /// // INSERT INTO users (id, email, password_hash) VALUES ('7', $1, $2)
    /// let values = (user.email.as_str(), user.password_hash.as_str());
    /// auth.registered(&system, &"7".parse()?).await?;
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidEmail`], [`AccountError::WeakPassword`]; [`AccountError::InvalidInput`] for a field that
    /// the registry does not [accept](UserRegistry::accepts), and for a role that
    /// [`AuthBuilder::roles`](crate::AuthBuilder::roles) do not have; [`AccountError::RateLimited`];
    /// [`AccountError::Overloaded`] when too many passwords are being hashed.
    pub async fn new_user(&self, context: &Context, registration: Registration) -> Result<NewUser, AccountError> {
        self.new_user_with(context, registration, |password| Ok(password.into_secret())).await
    }

    /// As [`new_user`](Self::new_user), with the password that `stored` gives for a checked one.
    async fn new_user_with(
        &self,
        context: &Context,
        registration: Registration,
        stored: impl FnOnce(Password) -> Result<SecretString, AccountError>,
    ) -> Result<NewUser, AccountError> {
        let Registration { email, password, roles, extra } = registration;
        let email = email.parse::<Email>();
        // What is no address has no limit of its own: it names no account.
        let account = email.as_ref().ok().map(Email::as_str);
        self.limit(context, Limited::Registration, account).await?;
        let email = email?;
        self.check_roles(&roles)?;
        self.check_extra(&extra)?;
        let texts = extra.values().filter_map(Value::as_str);
        let words: Vec<_> = std::iter::once(email.as_str()).chain(texts).collect();
        let password = stored(self.check_new_password(password, &words).await?)?;
        let password_hash = self.service()?.hasher.hash(password).await?;
        Ok(NewUser { extra, ..NewUser::new(email, password_hash).with_roles(roles) })
    }

    /// Adds a user to a built-in store in a transaction of the application, which commits it together with its own rows.
    /// The row of the event is part of the transaction, too.
    ///
    /// [`new_user`](Self::new_user) comes before the transaction begins: hashing takes as long as hundreds of
    /// statements, and an SQLite transaction that writes excludes all others.
    ///
    /// ```
    /// use auth_core::Registration;
    /// # #[cfg(feature = "sqlite")]
    /// use auth_core::store::SqliteStore;
    ///
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let store = SqliteStore::open("sqlite::memory:").await?;
    /// # auth_core::sqlx::query("CREATE TABLE profiles (id TEXT PRIMARY KEY REFERENCES auth_users (id), name TEXT)").execute(store.pool()).await?;
    /// # let auth = auth_core::testing::in_memory().store(store.clone()).build()?;
    /// # let context = auth_core::Context::system("test");
    /// let user = auth.new_user(&context, Registration::new("ada@example.com", "three words and a comma")).await?;
    ///
    /// let mut tx = store.pool().begin_with("BEGIN IMMEDIATE").await?;
    /// let pending = auth.register_in(&context, &mut tx, user).await?;
    /// let profile = auth_core::sqlx::query("INSERT INTO profiles (id, name) VALUES (?1, 'Ada')");
    /// profile.bind(pending.subject().as_str()).execute(&mut *tx).await?;
    /// tx.commit().await?;
    /// let ada = pending.committed().await;
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// After each of them the transaction must be rolled back: [`AccountError::EmailTaken`];
    /// [`AccountError::InvalidInput`] for a further field, which the built-in stores do not have, and for an unknown
    /// role; [`AccountError::CallerChanged`]; [`AccountError::Misconfigured`] when the users of this `Auth` are not in
    /// a built-in store of the transaction's kind of database; [`AccountError::Unavailable`] when the database does not
    /// answer, also because the transaction cannot be serialised.
    pub async fn register_in<C: UserTransaction>(
        &self,
        context: &Context,
        transaction: &mut C,
        user: NewUser,
    ) -> Result<PendingRegistration, AccountError> {
        if self.registry()?.built_in() != Some(C::DATABASE) {
            return Err(AccountError::misconfigured("built-in user store in the transaction's database"));
        }
        self.check_roles(&user.roles)?;
        self.check_extra(&user.extra)?;
        if !self.verifier().still_stands(context).await? {
            return Err(AccountError::CallerChanged);
        }
        let (now, made) = (self.now(), std::sync::OnceLock::new());
        let roles = user.roles.clone();
        let rows = |created: &Created| -> Vec<AuditRow> {
            let event = |kind| Event::new(context, now, kind);
            let events = made.get_or_init(|| registered(created, &roles).into_iter().map(event).collect::<Vec<_>>());
            events.iter().map(Event::row).collect()
        };
        let subject = transaction.add_user(user, Audit::new(&rows).with_key(self.audit_key())).await??;
        let events = made.into_inner().unwrap_or_default();
        Ok(PendingRegistration { auth: self.clone(), context: context.clone(), subject, events })
    }

    /// Records that the application has added a user by its own statement: the event goes to the audit trail and to the
    /// sink, and a message to the new address where the `Auth` sends any. What the id has from a removed user is ended
    /// before, as by [`forget_subject`](Self::forget_subject).
    ///
    /// ```
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let hash = auth.hash_password("three words and a comma".into(), &["bob"]).await?;
    /// // INSERT INTO users (id, username, password_hash) VALUES ('7', 'bob', ..)
    /// auth.registered(&system, &"7".parse()?).await?;
    /// # Ok(()) });
    /// ```
    ///
    /// The user is there already, so an audit trail that does not answer is an error in the log and not of this method.
    ///
    /// # Errors
    ///
    /// [`AccountError::Unavailable`] when a store does not answer: sessions and API keys of a removed user with the same id
    /// may still be valid, so call [`forget_subject`](Self::forget_subject) before the user gets an answer, or remove the row.
    pub async fn registered(&self, context: &Context, subject: &SubjectId) -> Result<(), AccountError> {
        let subject = subject.clone();
        self.change(context, "registered", |change| async move {
            let begun = change.begin_subject(&subject).await;
            let registered = EventKind::UserRegistered { subject: subject.clone(), roles: Vec::new() };
            change.auth().announce(change.context(), "registered", registered).await;
            begun?;
            change.auth().verify_address_later(change.context(), &subject);
            Ok(())
        })
        .await
    }

    /// Writes the event of a change that the application made to the audit trail, invalidates its subject and sends it to
    /// the sink.
    pub(super) async fn announce(&self, context: &Context, operation: &'static str, kind: EventKind) {
        let (auth, event) = (self.clone(), Event::new(context, self.now(), kind));
        self.in_task(operation, async move {
            if let Some(log) = auth.0.service.as_ref().and_then(|service| service.audit.as_ref())
                && let Err(error) = answered(log.append(vec![event.row()])).await.flatten()
            {
                tracing::error!(target: "auth", %error, event = %event.id, "an event is missing in the audit trail");
            }
            auth.deliver(vec![event]).await;
        })
        .await;
    }

    /// Invalidates the subjects of recorded events and sends the events to the sink.
    async fn deliver(&self, events: Vec<Event>) {
        let verifier = self.verifier();
        for event in events {
            if let Some(subject) = event.kind.subject() {
                verifier.lookups.coherence.changed(&[crate::cache::Change::Subject(subject.clone())]).await;
            }
            verifier.events.deliver_written(event).await;
        }
    }

    fn registry(&self) -> Result<&dyn UserRegistry, AccountError> {
        let registry = self.service()?.registry.as_deref();
        registry.ok_or_else(|| AccountError::misconfigured("store that accepts registrations"))
    }

    fn check_extra(&self, extra: &Map<String, Value>) -> Result<(), AccountError> {
        let registry = self.service()?.registry.as_deref();
        let is_taken = |field: &String| registry.is_some_and(|registry| registry.accepts(field));
        if extra.keys().all(is_taken) {
            Ok(())
        } else {
            Err(AccountError::InvalidInput { detail: "The registration has a field that this service does not take." })
        }
    }
}

impl Change {
    /// Begins a user that the registry has added. If that fails, the user is taken back: it must not go on with the sessions
    /// or API keys of a removed one.
    async fn begin_registered(&self, subject: &SubjectId) -> Result<(), AccountError> {
        let registry = self.auth().registry()?;
        if registry.never_reuses_ids() {
            return Ok(());
        }
        let begun = self.begin_subject(subject).await;
        if begun.is_err() {
            let recording = self.recording_if(Some(subject), || EventKind::AccountRemoved { subject: subject.clone() });
            if !matches!(recording.of(registry.withdraw(subject, recording.audit())).await, Ok(true)) {
                tracing::error!(
                    target: "auth",
                    %subject,
                    "the id of a new user may have sessions and API keys of a removed one; call `Auth::forget_subject`"
                );
            }
        }
        begun
    }
}

fn registered(created: &Created, roles: &[Box<str>]) -> Vec<EventKind> {
    let registered = |subject: &SubjectId| EventKind::UserRegistered { subject: subject.clone(), roles: roles.into() };
    created.iter().map(registered).collect()
}

/// A user added by [`Auth::register_in`] in a transaction that is not yet committed. After the commit call
/// [`committed`](Self::committed); after a rollback drop it.
///
/// Dropped after a commit, the user and the row of the event are there, but the [`EventSink`](crate::event::EventSink)
/// receives nothing.
#[must_use = "call `committed` after the transaction's commit; drop it after a rollback"]
pub struct PendingRegistration {
    auth: Auth,
    context: Context,
    subject: SubjectId,
    events: Vec<Event>,
}

impl PendingRegistration {
    /// The id of the new user, for other rows of the transaction.
    #[must_use]
    pub const fn subject(&self) -> &SubjectId {
        &self.subject
    }

    /// Sends the event to the sink, and a message to the new address where the `Auth` sends any. Both go on in a task that
    /// a dropped future does not cancel. Returns the new user's id.
    pub async fn committed(self) -> SubjectId {
        let Self { auth, context, subject, events } = self;
        let (task, user) = (auth.clone(), subject.clone());
        let done = async move {
            task.deliver(events).await;
            task.verify_address_later(&context, &user);
        };
        auth.in_task("register_in", done).await;
        subject
    }
}

impl fmt::Debug for PendingRegistration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingRegistration").field("subject", &self.subject).finish_non_exhaustive()
    }
}

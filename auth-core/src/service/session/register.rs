//! Registration.

use secrecy::SecretString;

use crate::base::{Context, Email, SubjectId};
use crate::cache::Limited;
use crate::event::{Event, EventKind};
use crate::policy::Role;
use crate::service::{AccountError, Auth};
use crate::store::NewUser;

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
}

impl Registration {
    /// A registration without roles.
    pub fn new(email: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self { email: email.into(), password: password.into(), roles: Vec::new() }
    }

    /// Sets the roles.
    #[must_use]
    pub fn with_roles<R: Role>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        self.roles = roles.into_iter().map(|role| role.name().into()).collect();
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
    /// [`AccountError::InvalidEmail`], [`AccountError::WeakPassword`], [`AccountError::EmailTaken`];
    /// [`AccountError::InvalidInput`] for a role that [`AuthBuilder::roles`](crate::AuthBuilder::roles) do not have;
    /// [`AccountError::Misconfigured`] when the user store accepts no registrations; [`AccountError::RateLimited`];
    /// [`AccountError::Overloaded`];
    /// [`AccountError::Unavailable`] when the store does not answer.
    pub async fn register(
        &self,
        context: &Context,
        registration: Registration,
    ) -> Result<(SubjectId, Email), AccountError> {
        let service = self.service()?;
        // Before the password is hashed.
        service.registry.as_ref().ok_or_else(|| AccountError::misconfigured("store that accepts registrations"))?;
        self.limit(context, Limited::Registration, Some(&registration.email)).await?;
        let email: Email = registration.email.parse()?;
        self.check_roles(&registration.roles)?;
        let password_hash = self.hash_password(registration.password, &[email.as_str()]).await?;
        let user = NewUser { email: email.clone(), password_hash, roles: registration.roles };
        self.change(context, "register", |change| async move {
            change.check_caller().await?;
            let registry = change.service()?.registry.as_ref();
            let registry =
                registry.ok_or(AccountError::Misconfigured { missing: "store that accepts registrations" })?;
            let recording = change.recording(None, |subject: &Option<SubjectId>| {
                subject.iter().map(|subject| EventKind::UserRegistered { subject: subject.clone() }).collect()
            });
            let subject = recording.of(registry.create(user, recording.audit())).await?;
            let subject = subject.ok_or(AccountError::EmailTaken)?;
            change.verify_address_later(&subject);
            Ok((subject, email))
        })
        .await
    }

    /// Records that the application has added a user by its own statement.
    ///
    /// ```
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let hash = auth.hash_password("three words and a comma".into(), &["bob"]).await?;
    /// // INSERT INTO users (id, username, password_hash) VALUES ('7', 'bob', ..)
    /// auth.registered(&system, &"7".parse()?).await;
    /// # Ok(()) });
    /// ```
    pub async fn registered(&self, context: &Context, subject: &SubjectId) {
        let (auth, context, subject) = (self.clone(), context.clone(), subject.clone());
        self.in_task("registered", async move {
            let verifier = auth.verifier();
            verifier.lookups.coherence.changed(&[crate::cache::Change::Subject(subject.clone())]).await;
            verifier.events.deliver(Event::new(&context, verifier.now(), EventKind::UserRegistered { subject })).await;
        })
        .await;
    }
}

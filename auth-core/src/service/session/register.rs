//! Registration.

use secrecy::SecretString;

use crate::base::{Context, Email, SubjectId};
use crate::event::EventKind;
use crate::password::Password;
use crate::policy::Role;
use crate::service::{AccountError, Auth};
use crate::store::NewUser;

/// A user who wants to register.
///
/// ```
/// use auth_core::Registration;
/// use auth_core::prelude::*;
///
/// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Role {
///     Admin,
/// }
///
/// # fn main() {
/// let first_admin = Registration::new("root@example.com", "three words and a comma").with_roles([Role::Admin]);
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Registration {
    /// The e-mail address, which becomes the login name.
    pub email: String,
    /// The password.
    pub password: SecretString,
    /// The names of the roles to give. A public route must not take them from its caller.
    pub roles: Vec<Box<str>>,
}

impl Registration {
    /// A registration without roles.
    pub fn new(email: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self { email: email.into(), password: password.into(), roles: Vec::new() }
    }

    /// With these roles.
    #[must_use]
    pub fn with_roles<R: Role>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        self.roles = roles.into_iter().map(|role| role.name().into()).collect();
        self
    }
}

impl Auth {
    /// Adds a user.
    ///
    /// ```
    /// # use auth_core::{Context, AccountError, Registration, password::WeakPassword, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// let (ada, email) = auth.register(&Context::system("example"), Registration::new("Ada@Example.com", "three words and a comma")).await?;
    /// assert_eq!(email.as_str(), "ada@example.com");
    ///
    /// let weak = auth.register(&Context::system("example"), Registration::new("bob@example.com", "password123")).await.unwrap_err();
    /// assert_eq!(weak, AccountError::WeakPassword(WeakPassword::TooShort)); // NIST SP 800-63B-4
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidEmail`], [`AccountError::WeakPassword`], [`AccountError::EmailTaken`]; [`AccountError::Misconfigured`] when
    /// the user store takes no registrations; [`AccountError::Overloaded`]; [`AccountError::Unavailable`] when the store does not answer.
    pub async fn register(
        &self,
        context: &Context,
        registration: Registration,
    ) -> Result<(SubjectId, Email), AccountError> {
        let service = self.service()?;
        // Before the password is hashed.
        service.registry.as_ref().ok_or_else(|| AccountError::misconfigured("store that takes registrations"))?;
        let email: Email = registration.email.parse()?;
        let password = Password::new(registration.password, Some(&email))?;
        let password_hash = service.hasher.hash(password.into_secret()).await?;
        let user = NewUser { email: email.clone(), password_hash, roles: registration.roles };
        self.change(context, "register", |change| async move {
            let registry = change.service()?.registry.as_ref();
            let registry = registry.ok_or(AccountError::Misconfigured { missing: "store that takes registrations" })?;
            let recording = change.recording(None, |subject: &Option<SubjectId>| {
                subject.iter().map(|subject| EventKind::UserRegistered { subject: subject.clone() }).collect()
            });
            let subject = recording.of(registry.create(user, recording.audit())).await?;
            Ok((subject.ok_or(AccountError::EmailTaken)?, email))
        })
        .await
    }
}

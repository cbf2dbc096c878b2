//! Registration.

use secrecy::SecretString;

use crate::base::Email;
use crate::base::SubjectId;
use crate::event::Event;
use crate::password::Password;
use crate::service::Auth;
use crate::store::{Audit, NewUser};
use crate::web::Refusal;

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
    pub fn with_roles<R: crate::Role>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        self.roles = roles.into_iter().map(|role| role.name().into()).collect();
        self
    }
}

impl Auth {
    /// Adds a user.
    ///
    /// ```
    /// # use auth_core::{Refusal, Registration, password::WeakPassword, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// let (ada, email) = auth.register(Registration::new("Ada@Example.com", "three words and a comma")).await?;
    /// assert_eq!(email.as_str(), "ada@example.com");
    ///
    /// let weak = auth.register(Registration::new("bob@example.com", "password123")).await.unwrap_err();
    /// assert_eq!(weak, Refusal::WeakPassword(WeakPassword::TooShort)); // NIST SP 800-63B-4
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::InvalidEmail`], [`Refusal::WeakPassword`], [`Refusal::EmailTaken`]; [`Refusal::NotFound`] when the
    /// user store takes no registrations; [`Refusal::Busy`]; [`Refusal::Unavailable`] when the store does not answer.
    pub async fn register(&self, registration: Registration) -> Result<(SubjectId, Email), Refusal> {
        let registry = self.0.registry.as_ref().ok_or(Refusal::NotFound { what: "registration" })?;
        let email: Email = registration.email.parse()?;
        let password = Password::new(registration.password, Some(&email))?;
        let password_hash = self.0.hasher.hash(password.into_secret()).await?;
        let user = NewUser { email: email.clone(), password_hash, roles: registration.roles };
        let subject = registry.create(user, Audit::none()).await?.ok_or(Refusal::EmailTaken)?;
        self.record(&Event::UserRegistered { subject: &subject });
        Ok((subject, email))
    }
}

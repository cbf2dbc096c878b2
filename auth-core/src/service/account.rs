//! Accounts as an administrator sees them: every change is made in the store and seen by guards in one operation.

use super::Auth;
use crate::base::SubjectId;
use crate::event::Event;
use crate::store::{Account, AccountPatch, Audit, UpdateOutcome, UserDirectory};
use crate::web::Refusal;

/// What a refusal calls an account.
const USER: &str = "user";

impl Auth {
    /// The account of this subject.
    ///
    /// ```
    /// # use auth_core::{Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// assert_eq!(auth.account(&ada).await?.email.as_str(), "ada@example.com");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is none, or the user store is no [`UserDirectory`]; [`Refusal::Unavailable`] when
    /// the store does not answer.
    pub async fn account(&self, id: &SubjectId) -> Result<Account, Refusal> {
        self.directory()?.get(id).await?.ok_or(Refusal::NotFound { what: USER })
    }

    /// At most `limit` accounts in the order of their ids, which is the order in which they were made; those after
    /// `after` if it is given.
    ///
    /// ```
    /// # use auth_core::{Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// for name in ["ada", "bob", "cyd"] {
    ///     auth.register(Registration::new(format!("{name}@example.com"), "three words and a comma")).await?;
    /// }
    /// let page = auth.accounts(None, 2).await?;
    /// let rest = auth.accounts(page.last().map(|account| &account.id), 2).await?;
    /// assert_eq!((page.len(), rest.len()), (2, 1));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when the user store is no [`UserDirectory`]; [`Refusal::Unavailable`] when the store does
    /// not answer.
    pub async fn accounts(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, Refusal> {
        Ok(self.directory()?.list(after, limit).await?)
    }

    /// Changes an account. Guards see the change with the next request.
    ///
    /// ```
    /// # use auth_core::{Login, Refusal, Registration, testing};
    /// use auth_core::store::AccountPatch;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// auth.update_account(&ada, AccountPatch { active: Some(false), ..AccountPatch::default() }).await?;
    ///
    /// let login = auth.login(Login::new("ada@example.com", "three words and a comma")).await;
    /// assert_eq!(login.unwrap_err(), Refusal::WrongPassword); // in the words for everybody
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is no such account, or the user store is no [`UserDirectory`];
    /// [`Refusal::EmailTaken`]; [`Refusal::Unavailable`] when the store does not answer.
    pub async fn update_account(&self, id: &SubjectId, patch: AccountPatch) -> Result<Account, Refusal> {
        let outcome = self.directory()?.update(id, patch, Audit::none()).await;
        // Also after an error: the store may have made the change and failed to say so.
        self.record(&Event::SubjectChanged { subject: id });
        match outcome? {
            UpdateOutcome::Updated(account) => Ok(account),
            UpdateOutcome::NotFound => Err(Refusal::NotFound { what: USER }),
            UpdateOutcome::EmailTaken => Err(Refusal::EmailTaken),
        }
    }

    /// Removes an account with its sessions and the API keys it owns; all of them are refused from the next request on.
    ///
    /// ```
    /// # use auth_core::{Refusal, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// auth.remove_account(&ada).await?;
    /// assert_eq!(auth.account(&ada).await, Err(Refusal::NotFound { what: "user" }));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is no such account, or the user store is no [`UserDirectory`];
    /// [`Refusal::Unavailable`] when the store does not answer.
    pub async fn remove_account(&self, id: &SubjectId) -> Result<(), Refusal> {
        let removed = self.directory()?.remove(id, Audit::none()).await;
        self.record(&Event::SubjectChanged { subject: id });
        if !removed? {
            return Err(Refusal::NotFound { what: USER });
        }
        self.record(&Event::AccountRemoved { subject: id });
        Ok(())
    }

    fn directory(&self) -> Result<&dyn UserDirectory, Refusal> {
        self.0.directory.as_deref().ok_or(Refusal::NotFound { what: "user directory" })
    }
}

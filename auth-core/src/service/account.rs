//! Accounts as an administrator sees them: every change is made in the store and seen by guards in one operation.

use super::AccountError;
use super::Auth;
use crate::base::{Context, SubjectId};
use crate::event::EventKind;
use crate::store::{Account, AccountPatch, UpdateOutcome, UserDirectory};

/// What a refusal calls an account.
const USER: &str = "user";

impl Auth {
    /// The account of this subject.
    ///
    /// ```
    /// # use auth_core::{Context, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// let (ada, _) = auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
    /// assert_eq!(auth.account(&ada).await?.email.as_str(), "ada@example.com");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when there is none; [`AccountError::Misconfigured`] when the user store is no
    /// [`UserDirectory`]; [`AccountError::Unavailable`] when the store does not answer.
    pub async fn account(&self, id: &SubjectId) -> Result<Account, AccountError> {
        self.directory()?.get(id).await?.ok_or(AccountError::NotFound { what: USER })
    }

    /// At most `limit` accounts in the order of their ids, which is the order in which they were made; those after
    /// `after` if it is given.
    ///
    /// ```
    /// # use auth_core::{Context, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// for name in ["ada", "bob", "cyd"] {
    ///     auth.register(&Context::system("example"), Registration::new(format!("{name}@example.com"), "three words and a comma")).await?;
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
    /// [`AccountError::Misconfigured`] when the user store is no [`UserDirectory`]; [`AccountError::Unavailable`] when the
    /// store does not answer.
    pub async fn accounts(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, AccountError> {
        Ok(self.directory()?.list(after, limit).await?)
    }

    /// Changes an account. Guards see the change with the next request.
    ///
    /// ```
    /// # use auth_core::{AccountError, Context, Login, Registration, testing};
    /// use auth_core::store::AccountPatch;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
    /// auth.update_account(&Context::system("example"), &ada, AccountPatch { active: Some(false), ..AccountPatch::default() }).await?;
    ///
    /// let login = auth.login(&Context::system("example"), Login::new("ada@example.com", "three words and a comma")).await;
    /// assert_eq!(login.unwrap_err(), AccountError::InvalidCredentials); // in the words for everybody
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when there is no such account; [`AccountError::EmailTaken`];
    /// [`AccountError::Misconfigured`] when the user store is no [`UserDirectory`]; [`AccountError::Unavailable`] when the
    /// store does not answer: the change may have been made then.
    pub async fn update_account(
        &self,
        context: &Context,
        id: &SubjectId,
        patch: AccountPatch,
    ) -> Result<Account, AccountError> {
        let id = id.clone();
        self.change(context, "update_account", |change| async move {
            let recording = change.recording(Some(&id), |outcome: &UpdateOutcome| match outcome {
                UpdateOutcome::Updated(_) => vec![EventKind::AccountUpdated { subject: id.clone() }],
                UpdateOutcome::NotFound | UpdateOutcome::EmailTaken => Vec::new(),
            });
            let directory = change.auth().directory()?;
            match recording.of(directory.update(&id, patch, recording.audit())).await? {
                UpdateOutcome::Updated(account) => Ok(account),
                UpdateOutcome::NotFound => Err(AccountError::NotFound { what: USER }),
                UpdateOutcome::EmailTaken => Err(AccountError::EmailTaken),
            }
        })
        .await
    }

    /// Removes an account with its sessions and the API keys it owns; all of them are refused from the next request on.
    ///
    /// ```
    /// # use auth_core::{AccountError, Context, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
    /// auth.remove_account(&Context::system("example"), &ada).await?;
    /// assert_eq!(auth.account(&ada).await, Err(AccountError::NotFound { what: "user" }));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when there is no such account; [`AccountError::Misconfigured`] when the user store is no
    /// [`UserDirectory`]; [`AccountError::Unavailable`] when the store does not answer: the account may be gone then.
    pub async fn remove_account(&self, context: &Context, id: &SubjectId) -> Result<(), AccountError> {
        let id = id.clone();
        self.change(context, "remove_account", |change| async move {
            let recording = change.recording(Some(&id), |removed: &bool| match removed {
                true => vec![EventKind::AccountRemoved { subject: id.clone() }],
                false => Vec::new(),
            });
            let removed = recording.of(change.auth().directory()?.remove(&id, recording.audit())).await?;
            if removed { Ok(()) } else { Err(AccountError::NotFound { what: USER }) }
        })
        .await
    }

    fn directory(&self) -> Result<&dyn UserDirectory, AccountError> {
        self.service()?.directory.as_deref().ok_or_else(|| AccountError::misconfigured("user directory"))
    }
}

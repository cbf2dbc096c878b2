//! Rules of the application's own, decided with its data.

use crate::store::StoreError;
use crate::verify::Principal;

/// A rule of the application's own, which has to ask its data: who owns a document, to which tenant an invoice belongs.
///
/// A rule is a value that holds what it is about, taken from the handler's own parameters; the verified caller is handed
/// to it. It stands in `#[authorize(..)]`, where `false` answers 403 and an error 503: what could not be decided is
/// refused. A caller without credentials, whom an optional guard lets pass, meets no rule and is answered 401.
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::store::StoreError;
/// use auth_core::Rule;
///
/// # struct Documents;
/// # impl Documents {
/// #     async fn owner_of(&self, id: u64) -> Result<Option<SubjectId>, StoreError> { Ok(None) }
/// # }
/// struct CanEdit<'a>(&'a Documents, u64);
///
/// impl Rule for CanEdit<'_> {
///     async fn allows(&self, caller: &Principal) -> Result<bool, StoreError> {
///         let Principal::Subject(identity) = caller else { return Ok(false) };
///         let owner = self.0.owner_of(self.1).await?;
///         Ok(owner.as_ref() == Some(identity.subject()))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a rule",
    label = "no `Rule` for this type",
    note = "implement it: `impl Rule for {Self}`"
)]
pub trait Rule: Send + Sync {
    /// Whether the rule lets `caller` do what it is about.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] when the data that decides did not answer; the request is then refused with 503.
    fn allows(&self, caller: &Principal) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

impl<R: Rule + ?Sized> Rule for &R {
    fn allows(&self, caller: &Principal) -> impl Future<Output = Result<bool, StoreError>> + Send {
        (**self).allows(caller)
    }
}

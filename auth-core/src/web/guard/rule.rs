//! Application-defined rules for `#[authorize(..)]`.

use crate::store::StoreError;
use crate::verify::Principal;

/// An application-defined rule over the application's data, such as the owner of a document.
///
/// A rule is a value built from the handler's parameters in `#[authorize(..)]`; it receives the verified caller. `false`
/// answers 403, an error 503. A caller without credentials, behind an optional guard, gets 401 and the rule is not called.
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
    label = "`Rule` is not implemented for this type",
    note = "implement it: `impl Rule for {Self}`"
)]
pub trait Rule: Send + Sync {
    /// Whether `caller` is allowed.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] when the data is unavailable; the request is refused with 503.
    fn allows(&self, caller: &Principal) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

impl<R: Rule + ?Sized> Rule for &R {
    fn allows(&self, caller: &Principal) -> impl Future<Output = Result<bool, StoreError>> + Send {
        (**self).allows(caller)
    }
}

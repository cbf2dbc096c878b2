//! Application-defined rules for `#[authorize(..)]`.

use crate::verify::Principal;
use crate::web::Refusal;

/// An application-defined rule over the application's data, such as the owner of a document.
///
/// A rule is a value built from the handler's parameters in `#[authorize(..)]`; it receives the verified caller. `false`
/// answers 403, a [`Refusal`] its own status: [`NotFound`](Refusal::NotFound) hides that the object exists, and a
/// [`StoreError`](crate::store::StoreError) becomes 503 by `?`. A caller without credentials, behind an optional guard,
/// gets 401 and the rule is not called.
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::store::StoreError;
/// use auth_core::{Refusal, Rule};
///
/// # struct Documents;
/// # impl Documents {
/// #     async fn owner_of(&self, id: u64) -> Result<Option<SubjectId>, StoreError> { Ok(None) }
/// # }
/// struct CanEdit<'a>(&'a Documents, u64);
///
/// impl Rule for CanEdit<'_> {
///     async fn allows(&self, caller: &Principal) -> Result<bool, Refusal> {
///         let Principal::Subject(identity) = caller else { return Ok(false) };
///         let owner = self.0.owner_of(self.1).await?; // 503 when the store does not answer
///         Ok(owner.ok_or(Refusal::NotFound { what: "document" })? == *identity.subject())
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
    /// A [`Refusal`], which is the answer to the request.
    fn allows(&self, caller: &Principal) -> impl Future<Output = Result<bool, Refusal>> + Send;
}

impl<R: Rule + ?Sized> Rule for &R {
    fn allows(&self, caller: &Principal) -> impl Future<Output = Result<bool, Refusal>> + Send {
        (**self).allows(caller)
    }
}

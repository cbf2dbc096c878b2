//! Who calls: credential → verified token → subject's state → identity, once per request.

mod authenticate;
mod caller;
mod current_user;
mod extract;
#[expect(clippy::module_inception, reason = "the type of that name has a file of its own")]
mod identity;
mod role;
mod subject;

pub(crate) use caller::Caller;
pub use current_user::{CurrentUser, FromSubject};
pub use extract::Principal;
pub use identity::Identity;
pub use role::{Role, UnknownRole};
pub use subject::{ApiKeyId, ClientId, InvalidIdentifier, SessionId, SubjectId};

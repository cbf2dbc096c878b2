//! Guards: a request's credentials, decided against a policy, become evidence in the handler's signature.

pub(crate) mod authorize;
mod decision;
mod evidence;
mod extract;
mod layer;
mod rule;

pub use decision::Proof;
#[cfg(feature = "test-util")]
pub(crate) use decision::decide;
pub(crate) use decision::prove;
pub use evidence::{Decided, Evidence, HasAuth};
pub use extract::Guard;
pub use layer::{GuardLayer, Guarded, PolicyLayer};
pub use rule::Rule;

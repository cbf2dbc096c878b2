//! Guards: a request's credentials, decided against a policy, become evidence in the handler's signature.

pub(crate) mod authorize;
mod evidence;
mod extract;
mod layer;
mod rule;

pub use evidence::{Decided, Evidence, HasAuth};
pub use extract::Guard;
pub use layer::{GuardLayer, Guarded, PolicyLayer};
pub use rule::Rule;

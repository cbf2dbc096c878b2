//! Guards: extractors and layers that check a request's caller against a policy.

mod allowed;
pub(crate) mod authorize;
pub mod check;
mod evidence;
mod extract;
mod layer;
mod rule;

pub use allowed::Allowed;
pub(crate) use evidence::Callable;
pub use evidence::{Arguments, Decided, Evidence, HasAuth, Signature};
pub use extract::Guard;
pub use layer::{GuardLayer, Guarded, PolicyLayer};
pub use rule::Rule;

//! Guards: extractors and layers that check a request's caller against a policy.

pub(crate) mod authorize;
mod evidence;
mod extract;
mod layer;
mod rule;

pub use evidence::{Decided, Evidence, HasAuth};
pub use extract::Guard;
pub use layer::{GuardLayer, Guarded, PolicyLayer};
pub use rule::Rule;

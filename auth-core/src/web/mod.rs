//! axum: guards, extractors, the router, refusals and the ready routes.

pub(crate) mod extract;
pub(crate) mod guard;
pub mod http;
mod refusal;
pub(crate) mod router;
mod routes;

pub use extract::{CurrentUser, FromSubject};
pub use guard::{Decided, Evidence, Guard, GuardLayer, Guarded, HasAuth, PolicyLayer, Proof, Rule};
pub use refusal::Refusal;
pub use router::{GuardedMethodRouter, GuardedMethods, GuardedRouter, GuardedRoutes, routing};

//! Guards: requirement → decision → evidence → router.

mod decision;
mod evaluate;
mod evidence;
mod exit;
mod extract;
mod lack;
mod layer;
mod page;
mod policy;
mod render;
mod requirement;
mod router;
pub mod routing;
mod rule;
mod table;
mod taken;
mod whole;
mod wire;

pub use decision::Proof;
#[cfg(feature = "test-util")]
pub(crate) use decision::decide;
pub(crate) use decision::prove;
pub use evidence::{Decided, Evidence, HasAuth};
pub(crate) use exit::Exit;
pub use exit::{AuthorizeLayer, Authorizing};
pub use extract::Guard;
pub(crate) use extract::Kinds;
pub use layer::{GuardLayer, Guarded};
pub use policy::{Declaration, Policy, Statement};
pub use requirement::Requirement;
pub use router::GuardedRouter;
pub use routing::GuardedMethodRouter;
pub use rule::Rule;
pub use table::{PolicyTable, RoutePolicy, Unchecked};
pub use taken::{GuardedMethods, GuardedRoutes};

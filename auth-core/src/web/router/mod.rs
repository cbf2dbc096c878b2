//! The router that accepts only guarded handlers.

mod guarded;
mod into_guarded;
mod private;
mod router_guard;
mod router_state;
pub mod routing;
mod service;
mod unchecked;

pub use guarded::GuardedRouter;
pub use into_guarded::{GuardedMethods, GuardedRoutes};
pub(crate) use router_state::Wired;
pub use routing::GuardedMethodRouter;

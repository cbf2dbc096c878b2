//! axum: guards, extractors, the router, refusals and the ready routes.

#[cfg(feature = "server")]
pub(crate) mod browser;
mod edge;
pub(crate) mod extract;
pub(crate) mod guard;
mod head;
pub mod http;
#[cfg(feature = "server")]
pub(crate) mod oauth;
#[cfg(feature = "openapi")]
pub(crate) mod openapi;
mod policy_page;
mod refusal;
mod resource;
pub(crate) mod router;
#[cfg(feature = "server")]
mod routes;
#[cfg(feature = "serve")]
mod serve;

pub(crate) use edge::Edge;
pub use extract::{CurrentUser, FromSubject};
pub use guard::{
    Allowed, Arguments, Decided, Evidence, Guard, GuardLayer, Guarded, HasAuth, PolicyLayer, Rule, Signature,
};
pub(crate) use head::head;
pub use refusal::{BodyError, Refusal};
pub use router::{GuardedMethodRouter, GuardedMethods, GuardedRouter, GuardedRoutes, routing};
#[cfg(feature = "server")]
pub use routes::{Part, Routes};
#[cfg(feature = "serve")]
pub use serve::{Serve, serve};

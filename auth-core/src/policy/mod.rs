//! Policies: what a route requires of its caller, as data, and the one function that decides.

mod check;
mod denial;
mod evaluate;
mod facts;
mod kinds;
mod known_roles;
mod leaf;
mod limit;
mod permission;
#[expect(clippy::module_inception, reason = "the trait of that name has a file of its own")]
mod policy;
mod render;
mod requirement;
mod role;
mod route;
mod table;

pub(crate) use check::check;
pub(crate) use denial::Missing;
pub(crate) use evaluate::evaluate;
use facts::Credential;
pub(crate) use facts::{CredentialFacts, Facts, SubjectFacts, known};
pub(crate) use kinds::CredentialKinds;
pub(crate) use known_roles::KnownRoles;
pub use leaf::Leaf;
pub use limit::{CountBy, RouteLimit};
pub use permission::{Permission, UnknownPermission};
pub use policy::{Conditions, Declaration, Policy, Statement};
pub(crate) use render::HEADINGS;
pub use requirement::{Bound, Requirement};
pub use role::{Role, UnknownRole};
pub use route::RouteRequirement;
pub(crate) use table::Methods;
pub use table::{PolicyTable, RoutePolicy, Unchecked};

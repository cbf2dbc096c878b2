//! Policies: what a route requires of its caller, as data, and the one function that decides.

mod admission;
mod alternatives;
mod check;
mod denial;
mod diff;
mod evaluate;
mod expr;
mod facts;
mod kinds;
mod known_roles;
mod law;
mod leaf;
mod limit;
mod permission;
#[expect(clippy::module_inception, reason = "the trait of that name has a file of its own")]
mod policy;
mod questions;
mod render;
mod requirement;
mod role;
mod route;
mod snapshot;
mod table;

pub(crate) use admission::{Admission, Sender};
#[cfg(feature = "openapi")]
pub(crate) use alternatives::Alternative;
pub(crate) use check::check;
pub(crate) use denial::Missing;
pub use diff::{ChangeKind, PolicyDiff, RouteChange};
pub(crate) use evaluate::evaluate;
pub use expr::{
    InvalidRequirement, OwnedRequirement, all, amr, any, api_key, auth, claim, fresh, not, permission, role, scope,
};
use facts::Credential;
pub(crate) use facts::{CredentialFacts, Facts, SubjectFacts, known};
pub(crate) use kinds::CredentialKinds;
pub(crate) use known_roles::KnownRoles;
pub use law::{AnalysisError, KeyWitness, SubjectWitness, Witness};
#[cfg(feature = "test-util")]
pub(crate) use law::{beside as law_beside, open as law_open};
pub use leaf::Leaf;
pub use limit::{CountBy, RouteLimit};
pub use permission::{Permission, UnknownPermission};
pub use policy::{Conditions, Declaration, Policy, Statement, Undecided};
pub use questions::{QuestionError, Reach, RedundantRequirement, RouteCallers, RouteReach};
pub use requirement::{Bound, Requirement};
pub use role::{Role, UnknownRole};
pub use route::RouteRequirement;
pub use snapshot::{InvalidPattern, InvalidPolicy, PolicySnapshot};
#[cfg(feature = "test-util")]
pub(crate) use snapshot::{Pattern, Row};
pub(crate) use table::Methods;
#[cfg(feature = "openapi")]
pub(crate) use table::nested;
pub use table::{PolicyTable, RoutePolicy, Unchecked};

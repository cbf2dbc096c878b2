//! HTTP: credentials in, refusals out, and the ready routes.

mod body;
mod challenge;
pub(crate) mod credential;
mod path;
mod problem;
mod rejection;
pub(crate) mod routes;

pub use body::{Form, FormOrJson, Json};
pub use path::Path;
pub use problem::{ErrorBody, Problem, problem_json};
pub use rejection::Rejection;

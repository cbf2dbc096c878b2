//! Extractors and responses whose errors use the application's error body.

mod body;
mod challenge;
mod fields;
mod media_type;
mod no_store;
mod page;
mod path;
mod problem;
mod rate_limit;
mod rejection;

#[cfg(feature = "server")]
pub use crate::web::browser::{ClearTokens, InvalidLocalPath, LocalPath, SetTokens};

#[cfg(feature = "server")]
pub(crate) use body::within_limit;
pub use body::{Form, FormOrJson, Json};
pub(crate) use challenge::{add_challenges, quotable};
#[cfg(feature = "openapi")]
pub(crate) use media_type::accepts_coding;
#[cfg(feature = "server")]
pub(crate) use media_type::{FORM, is_of_type};
pub(crate) use media_type::{JSON, preferred};
pub use no_store::NoStore;
pub(crate) use no_store::{NO_STORE, no_store};
#[cfg(feature = "server")]
pub(crate) use page::{MAX_LIMIT, page_limit};
pub use page::{PageQuery, Paged};
pub use path::Path;
pub use problem::{ErrorBody, FieldProblem, Problem, problem_json};
pub(crate) use rate_limit::add_rate_limit;
pub use rejection::Rejection;

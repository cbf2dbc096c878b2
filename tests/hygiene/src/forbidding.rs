//! Lints that cannot be allowed again: the attributes' output must need no `#[allow]`. Each lint is named, because
//! rustc only warns of one that is forbidden with its group.

#![forbid(
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    dead_code,
    unused_imports,
    unused_variables,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub
)]

use axum::extract::Path;
use guards::prelude::*;

/// Roles.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The administrator.
    Admin,
}

guard!(
    /// Callers that may read files.
    pub Reader = any(role(Admin), scope("files:read"))
);

#[require_role(Admin)]
#[require_scope("files:write")]
#[authorize(id > 3)]
async fn replace(Path(id): Path<u32>) -> String {
    id.to_string()
}

mod inner {
    use guards::prelude::{Role as DeriveRole, require_role};

    #[derive(DeriveRole, Clone, Copy, Debug, PartialEq, Eq)]
    pub(in crate::forbidding) enum Clerk {
        Junior,
    }

    #[require_role(Clerk::Junior)]
    pub(super) async fn copy() {}
}

/// Guarded as a whole.
#[require(Reader)]
pub mod files {
    /// All of them.
    pub async fn list() {}
}

mod words {
    pub(crate) use guards::{require_auth, require_scope};
}

macro_rules! handlers {
    ($($name:ident)*) => {$(
        #[$crate::forbidding::words::require_auth]
        #[$crate::forbidding::words::require_scope("made")]
        async fn $name() {}
    )*};
}

handlers!(made);

/// The routes of this module.
pub fn routes() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/files", get(files::list).post(inner::copy))
        .route("/files/{id}", get(made).put(replace))
}

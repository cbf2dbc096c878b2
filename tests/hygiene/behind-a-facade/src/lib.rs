//! Handlers of a crate that depends on auth-core only through another: each macro names its path.

use auth_facade::guards::GuardedRouter;
use auth_facade::prelude::*;
use axum::extract::Path;

/// The roles.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(crate = auth_facade::guards, rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Reader,
    /// Reads and writes.
    #[role(includes(Reader))]
    Writer,
}

guard!(crate = auth_facade::guards; pub Careful = any(role(Writer), fresh("10m")));

#[require_auth(crate = auth_facade::guards)]
async fn me() {}

#[require_role(crate = ::auth_facade::guards, Reader)]
#[require_scope(crate = auth_facade::guards, "files:read")]
#[authorize(crate = auth_facade::guards, id > 3)]
async fn read(Path(id): Path<u32>, body: String) -> String {
    format!("{id} {body}")
}

/// Guarded as a whole.
#[require(crate = auth_facade::guards, Careful)]
pub mod files {
    /// All of them.
    pub async fn list() {}
}

#[public(crate = auth_facade::guards)]
async fn health() {}

/// The routes of this crate.
pub fn routes() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/me", get(me))
        .route("/files", get(files::list))
        .route("/files/{id}", get(read))
        .route("/health", get(health))
}

#[cfg(test)]
mod tests {
    #[test]
    fn handlers_of_a_crate_behind_a_facade_are_guarded() {
        let table = super::routes().policy();
        let requirements: Vec<_> = table.routes().iter().map(|row| row.requirement.to_string()).collect();
        let files = r#"any(role(writer), fresh("10m"))"#;
        assert_eq!(requirements, [files, r#"all(role(reader), scope("files:read"))"#, "public", "auth"]);
    }
}

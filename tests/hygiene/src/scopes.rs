//! Guards on modules and impl blocks.

use guards::GuardedRouter;
use guards::prelude::*;

/// The roles of the back office.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The clerk.
    Clerk,
    /// The head of the office.
    #[role(includes(Clerk))]
    Head,
}

/// The back office.
#[require_role(Clerk)]
pub mod office {
    use guards::{GuardedRouter, authorize, require_scope};

    use super::{Auth, Identity, Role, get};

    /// Open to every clerk.
    pub async fn files() {}

    /// Needs a scope as well.
    #[require_scope("files:write")]
    #[authorize(identity.role_name() != Some(Role::Clerk.to_string()))]
    async fn write(identity: Identity, body: String) -> String {
        format!("{} {body}", identity.subject())
    }

    trait RoleName {
        fn role_name(&self) -> Option<String>;
    }

    impl RoleName for Identity {
        fn role_name(&self) -> Option<String> {
            None
        }
    }

    /// A nested module.
    pub mod archive {
        /// Open to every clerk, too.
        pub async fn old_files() {}
    }

    /// The routes of this module.
    pub fn routes() -> GuardedRouter<Auth> {
        GuardedRouter::new().route("/files", get(files).post(write)).route("/archive", get(archive::old_files))
    }

    #[cfg(test)]
    mod tests {
        async fn helper() {}

        #[test]
        fn a_module_for_tests_is_left_alone() {
            drop(helper());
        }
    }
}

/// Handlers of one type.
#[derive(Clone, Copy, Debug)]
pub struct Desk;

#[require_role(Head)]
impl Desk {
    async fn sign() {}

    #[require(fresh("5m"))]
    async fn seal(body: String) -> String {
        body
    }
}

/// The routes of this module.
pub fn routes() -> GuardedRouter<Auth> {
    office::routes().route("/desk", post(Desk::sign).put(Desk::seal))
}

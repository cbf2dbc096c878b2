use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

const STAFF: &[Role] = &[Role::Moderator, Role::Admin];

// wrong:

#[require_role(crate::STAFF)]
async fn handler() {}

// right:
//
// guard!(Staff = role(Moderator, Admin));
//
// #[require(Staff)]
// async fn handler() {}

fn main() {}

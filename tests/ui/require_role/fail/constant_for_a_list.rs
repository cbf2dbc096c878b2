use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

const STAFF: [Role; 2] = [Role::Moderator, Role::Admin];

// wrong:

#[require_role(STAFF)]
async fn handler() {}

// right:
//
// guard!(Staff = role(Moderator, Admin));
//
// #[require(Staff)]
// async fn handler() {}

fn main() {}

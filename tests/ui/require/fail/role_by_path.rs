use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require(Role::Admin)]
async fn handler() {}

// right:
//
// #[require(role(Role::Admin))]
// async fn handler() {}

fn main() {}

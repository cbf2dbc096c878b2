use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require(roles(Admin, Moderator))]
async fn handler() {}

// right:
//
// #[require(role(Admin, Moderator))]
// async fn handler() {}

fn main() {}

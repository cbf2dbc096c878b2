use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require(any(role(Admin), not(role(Admin))))]
async fn handler() {}

// right:
//
// #[require(auth)]
// async fn handler() {}

fn main() {}

use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require(not())]
async fn handler() {}

// right:
//
// #[require(not(role(Moderator)))]
// async fn handler() {}

fn main() {}

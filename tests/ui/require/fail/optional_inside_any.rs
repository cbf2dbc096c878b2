use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require(any(auth(optional), role(Admin)))]
async fn handler() {}

// right:
//
// #[require(auth(optional))]
// async fn handler() {}

fn main() {}

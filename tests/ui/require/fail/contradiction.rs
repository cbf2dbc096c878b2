use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require(all(role(Admin), not(role(Admin))))]
async fn handler() {}

// right:
//
// #[require(all(role(Admin), not(role(Moderator))))]
// async fn handler() {}

fn main() {}

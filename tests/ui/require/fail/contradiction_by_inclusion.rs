use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    #[role(includes(User))]
    Admin,
}

// wrong:

#[require(role(Admin), not(role(User)))]
async fn handler() {}

// right:
//
// #[require(role(User), not(role(Admin)))]
// async fn handler() {}

fn main() {}

use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require(all())]
async fn handler() {}

// right:
//
// #[require(all(role(Admin), mfa))]
// async fn handler() {}

fn main() {}

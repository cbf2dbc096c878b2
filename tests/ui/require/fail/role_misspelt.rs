use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require(any(role(Moderatr), api_key))]
async fn handler() {}

// right:
//
// #[require(any(role(Moderator), api_key))]
// async fn handler() {}

fn main() {}

use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[api_key(role = Admin)]
async fn handler() {}

// right:
//
// #[api_key(scope = "admin")]
// async fn handler() {}

fn main() {}

use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Admin,
}

// wrong:

#[require_auth]
#[authorize(Role::Admin)]
async fn handler() {}

// right:
//
// #[require_role(Admin)]
// async fn handler() {}

fn main() {}

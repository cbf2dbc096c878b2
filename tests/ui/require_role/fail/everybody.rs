use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require_role(any(Admin, not(Admin)))]
async fn handler() {}

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}

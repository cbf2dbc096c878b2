use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require_role(not Admin)]
async fn handler() {}

// right:
//
// #[require_role(not(Admin))]
// async fn handler() {}

fn main() {}

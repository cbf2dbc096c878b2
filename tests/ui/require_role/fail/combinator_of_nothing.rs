use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require_role(any())]
async fn handler() {}

// right:
//
// #[require_role(any(Admin, Moderator))]
// async fn handler() {}

fn main() {}

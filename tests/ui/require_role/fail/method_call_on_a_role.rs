use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Admin,
}

// wrong:

#[require_role(Role::Admin.into())]
async fn handler() {}

// right:
//
// #[require_role(Role::Admin)]
// async fn handler() {}

fn main() {}

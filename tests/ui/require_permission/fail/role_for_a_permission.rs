use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Admin,
}

// wrong:

#[require_permission(Role::Admin)]
async fn handler() {}

// right:
//
// #[require_role(Admin)]
// async fn handler() {}

fn main() {}

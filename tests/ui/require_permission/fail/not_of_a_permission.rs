use auth_core::prelude::*;

#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    UsersRead,
    UsersWrite,
}

// wrong:

#[require_permission(not(UsersRead))]
async fn handler() {}

// right:
//
// #[require(not(permission(UsersRead)))]
// async fn handler() {}

fn main() {}

use auth_core::prelude::*;

#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    UsersRead,
    UsersWrite,
}

// wrong:

#[require_permission(any(UsersRead, UsersWrite))]
async fn handler() {}

// right:
//
// #[require(any(permission(UsersRead), permission(UsersWrite)))]
// async fn handler() {}

fn main() {}

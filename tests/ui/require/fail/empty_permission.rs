use auth_core::prelude::*;

#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    UsersRead,
    UsersWrite,
}

// wrong:

#[require(permission())]
async fn handler() {}

// right:
//
// #[require(permission(UsersRead))]
// async fn handler() {}

fn main() {}

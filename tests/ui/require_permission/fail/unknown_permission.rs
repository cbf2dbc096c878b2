use auth_core::prelude::*;

#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    UsersRead,
    UsersWrite,
}

// wrong:

#[require_permission(UserRead)]
async fn handler() {}

// right:
//
// #[require_permission(UsersRead)]
// async fn handler() {}

fn main() {}

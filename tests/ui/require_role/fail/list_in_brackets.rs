use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Admin,
}

// wrong:

#[require_role([Admin, User])]
async fn handler() {}

// right:
//
// #[require_role(Admin, User)]
// async fn handler() {}

fn main() {}

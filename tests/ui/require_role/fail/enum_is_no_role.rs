use auth_core::prelude::*;

// wrong:

enum Role {
    Admin,
}

#[require_role(Admin)]
async fn handler() {}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// enum Role {
//     Admin,
// }
//
// #[require_role(Admin)]
// async fn handler() {}

fn main() {}

use auth_core::prelude::*;

// wrong:

#[require_role(Admin, Moderator)]
async fn handler() {}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// enum Role {
//     Admin,
//     Moderator,
// }
//
// #[require_role(Admin, Moderator)]
// async fn handler() {}

fn main() {}

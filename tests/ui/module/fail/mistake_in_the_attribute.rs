use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require_role("Admin")]
mod admin {
    pub async fn first() {}
    pub async fn second() {}
}

// right:
//
// #[require_role(Admin)]
// mod admin {
//     pub async fn first() {}
//     pub async fn second() {}
// }

fn main() {}

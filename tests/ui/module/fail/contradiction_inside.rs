use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require_role(Admin)]
mod admin {
    use super::Role;

    #[auth_core::require_role(not(Admin))]
    pub async fn handler() {}
}

// right:
//
// #[require_role(Admin)]
// mod admin {
//     use super::Role;
//
//     #[auth_core::require_role(not(Moderator))]
//     pub async fn handler() {}
// }

fn main() {}

use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require_role(&Role::Admin, {Moderator})]
async fn handler() {}

// right:
//
// #[require_role(Admin, Moderator)]
// async fn handler() {}

fn main() {}

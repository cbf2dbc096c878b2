use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

#[require_role(Admin)]
#[public]
async fn handler() {}

fn main() {}

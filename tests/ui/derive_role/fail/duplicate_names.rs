use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    #[role(rename = "User")]
    Admin,
}

fn main() {}

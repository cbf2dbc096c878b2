use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    #[role(rename = "a", rename = "b")]
    User,
}

fn main() {}

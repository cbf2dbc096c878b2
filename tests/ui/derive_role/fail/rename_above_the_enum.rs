use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename = "user")]
enum Role {
    User,
}

fn main() {}

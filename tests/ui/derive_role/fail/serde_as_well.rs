use auth_core::prelude::*;

#[derive(Role, serde::Serialize, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
}

fn main() {}

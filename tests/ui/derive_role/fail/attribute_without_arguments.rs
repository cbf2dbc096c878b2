use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role]
enum Role {
    User,
}

fn main() {}

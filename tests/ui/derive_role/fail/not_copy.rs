use auth_core::prelude::*;

#[derive(Role, Debug, PartialEq, Eq)]
enum Role {
    User,
}

fn main() {}

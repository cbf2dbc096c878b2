use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role<const N: usize> {
    User,
    Admin,
}

fn main() {}

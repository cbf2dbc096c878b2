use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug)]
enum Role {
    User,
}

fn main() {}

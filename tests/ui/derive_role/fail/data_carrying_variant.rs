use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Admin(u32),
    Owner { of: u32 },
}

fn main() {}

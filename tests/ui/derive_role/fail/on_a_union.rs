use auth_core::prelude::*;

#[derive(Role, Clone, Copy)]
union Role {
    a: u8,
}

fn main() {}

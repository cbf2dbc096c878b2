use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
struct Role {
    name: &'static str,
}

fn main() {}

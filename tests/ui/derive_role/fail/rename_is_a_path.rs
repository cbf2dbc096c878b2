use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    #[role(rename = user)]
    User,
}

fn main() {}

use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename_al = "lowercase")]
enum Role {
    User,
}

fn main() {}

use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename_all = "lowercase")]
enum Role {
    SuperUser,
    Superuser,
}

fn main() {}

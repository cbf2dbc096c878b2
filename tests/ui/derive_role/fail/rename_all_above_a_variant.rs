use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    #[role(rename_all = "lowercase")]
    User,
}

fn main() {}

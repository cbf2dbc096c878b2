use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename_all = "kebap-case")]
enum Role {
    User,
}

fn main() {}

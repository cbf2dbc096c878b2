use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename_all = "shouting")]
enum Role {
    #[role(rename = "a b", includes(Nobody))]
    User(u8),
    #[role(incldes(User))]
    Admin,
}

fn main() {}

use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Moderator,
    #[role(includes(Moderater))]
    Admin,
}

fn main() {}

use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    #[role(includes(Admin))]
    Moderator,
    #[role(includes(Moderator))]
    Admin,
}

fn main() {}

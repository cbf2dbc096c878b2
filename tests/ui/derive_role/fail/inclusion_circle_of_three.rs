use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    #[role(includes(Moderator))]
    User,
    #[role(includes(Admin))]
    Moderator,
    #[role(includes(User))]
    Admin,
}

fn main() {}

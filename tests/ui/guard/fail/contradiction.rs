use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

guard!(pub Staff = all(role(Admin), not(role(Admin))));

// right:
//
// guard!(pub Staff = all(role(Admin), not(role(Moderator))));

fn main() {}

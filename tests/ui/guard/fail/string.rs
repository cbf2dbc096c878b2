use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

guard!(pub Staff = "Admin");

// right:
//
// guard!(pub Staff = role(Admin));

fn main() {}

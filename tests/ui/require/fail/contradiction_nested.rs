use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require(all(auth, any(all(role(Admin), not(role(Admin))), scope("a"))))]
async fn handler() {}

// right:
//
// #[require(all(auth, any(all(role(Admin), not(role(Moderator))), scope("a"))))]
// async fn handler() {}

fn main() {}

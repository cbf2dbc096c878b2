use auth_core::prelude::*;

// wrong:

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    #[role(includes(Admin))]
    Moderator,
    #[role(includes(Moderator))]
    Admin,
}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// enum Role {
//     User,
//     #[role(includes(User))]
//     Moderator,
//     #[role(includes(Moderator))]
//     Admin,
// }

fn main() {}

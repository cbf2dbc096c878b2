use auth_core::prelude::*;

// wrong:

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Moderator,
    #[role(includes(Moderater))]
    Admin,
}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// enum Role {
//     Moderator,
//     #[role(includes(Moderator))]
//     Admin,
// }

fn main() {}

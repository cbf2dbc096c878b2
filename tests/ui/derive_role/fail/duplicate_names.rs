use auth_core::prelude::*;

// wrong:

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    #[role(rename = "User")]
    Admin,
}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// enum Role {
//     User,
//     #[role(rename = "admin")]
//     Admin,
// }

fn main() {}

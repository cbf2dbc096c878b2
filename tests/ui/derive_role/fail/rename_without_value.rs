use auth_core::prelude::*;

// wrong:

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    #[role(rename)]
    User,
}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// enum Role {
//     #[role(rename = "user")]
//     User,
// }

fn main() {}

use auth_core::prelude::*;

// wrong:

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    #[role(rename = "a", rename = "b")]
    User,
}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// enum Role {
//     #[role(rename = "a")]
//     User,
// }

fn main() {}

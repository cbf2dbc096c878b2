use auth_core::prelude::*;

// wrong:

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename = "user")]
enum Role {
    User,
}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// #[role(rename_all = "lowercase")]
// enum Role {
//     User,
// }

fn main() {}

use auth_core::prelude::*;

// wrong:

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename_all = "kebap-case")]
enum Role {
    User,
}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// #[role(rename_all = "kebab-case")]
// enum Role {
//     User,
// }

fn main() {}

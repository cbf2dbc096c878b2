use auth_core::prelude::*;

// wrong:

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename_all = "lowercase")]
enum Role {
    SuperUser,
    Superuser,
}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// #[role(rename_all = "lowercase")]
// enum Role {
//     SuperUser,
//     #[role(rename = "super-user")]
//     Superuser,
// }

fn main() {}

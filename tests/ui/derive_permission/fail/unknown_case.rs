use auth_core::prelude::*;

// wrong:

#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
#[permission(rename_all = "kebab")]
enum Permission {
    UsersRead,
}

// right:
//
// #[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
// #[permission(rename_all = "kebab-case")]
// enum Permission {
//     UsersRead,
// }

fn main() {}

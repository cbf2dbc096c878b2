use auth_core::prelude::*;

// wrong:

#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    UsersRead,
    #[permission(includes(UsersRead))]
    UsersWrite,
}

// right:
//
// #[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
// enum Permission {
//     UsersRead,
//     #[permission(rename = "users:write")]
//     UsersWrite,
// }

fn main() {}

use auth_core::prelude::*;

// wrong:

#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
struct Permission {
    name: &'static str,
}

// right:
//
// #[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
// enum Permission {
//     UsersRead,
//     UsersWrite,
// }

fn main() {}

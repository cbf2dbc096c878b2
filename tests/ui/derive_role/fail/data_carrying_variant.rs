use auth_core::prelude::*;

// wrong:

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Admin(u32),
    Owner { of: u32 },
}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// enum Role {
//     User,
//     Admin,
//     Owner,
// }

fn main() {}

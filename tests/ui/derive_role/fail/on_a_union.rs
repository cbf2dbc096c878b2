use auth_core::prelude::*;

// wrong:

#[derive(Role, Clone, Copy)]
union Role {
    a: u8,
}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// enum Role {
//     User,
//     Admin,
// }

fn main() {}

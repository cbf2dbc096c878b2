use auth_core::prelude::*;

// wrong:

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Vögel,
}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// enum Role {
//     #[role(rename = "voegel")]
//     Vögel,
// }

fn main() {}

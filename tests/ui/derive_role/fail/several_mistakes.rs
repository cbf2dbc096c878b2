use auth_core::prelude::*;

// wrong:

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename_all = "shouting")]
enum Role {
    #[role(rename = "a b", includes(Absent))]
    User(u8),
    #[role(incldes(User))]
    Admin,
}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// #[role(rename_all = "lowercase")]
// enum Role {
//     #[role(rename = "a-b")]
//     User,
//     #[role(includes(User))]
//     Admin,
// }

fn main() {}

use auth_core::prelude::*;

// wrong:

use roles::StaffRole;

mod roles {
    #[derive(auth_core::prelude::Role, Clone, Copy, Debug, PartialEq, Eq)]
    pub enum StaffRole {
        Admin,
    }
}
#[require_role(Admin)]
async fn handler() -> String {
    StaffRole::Admin.to_string()
}

// right:
//
// use roles::StaffRole;
//
// mod roles {
//     #[derive(auth_core::prelude::Role, Clone, Copy, Debug, PartialEq, Eq)]
//     pub enum StaffRole {
//         Admin,
//     }
// }
// #[require_role(StaffRole::Admin)]
// async fn handler() -> String {
//     StaffRole::Admin.to_string()
// }

fn main() {}

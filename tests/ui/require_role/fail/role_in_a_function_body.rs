use auth_core::prelude::*;

// wrong:

fn main() {
    #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    enum Role {
        Admin,
    }

    #[require_role(Admin)]
    async fn handler() {}
}

// right:
//
// fn main() {
//     #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
//     enum Role {
//         Admin,
//     }
//
//     #[require_role(Role::Admin)]
//     async fn handler() {}
// }

use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require_role(Admin)]
mod admin {
    pub async fn list() -> String {
        load(7).await
    }

    async fn load(id: u32) -> String {
        id.to_string()
    }
}

// right:
//
// #[require_role(Admin)]
// mod admin {
//     use super::load;
//
//     pub async fn list() -> String {
//         load(7).await
//     }
// }
//
// async fn load(id: u32) -> String {
//     id.to_string()
// }

fn main() {}

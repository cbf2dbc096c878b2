use auth_core::prelude::*;

struct Desk;

// wrong:

#[require_auth]
impl Desk {
    async fn list() -> String {
        Self::load(7).await
    }

    async fn load(id: u32) -> String {
        id.to_string()
    }
}

// right:
//
// #[require_auth]
// impl Desk {
//     async fn list() -> String {
//         Self::load(7).await
//     }
// }
//
// impl Desk {
//     async fn load(id: u32) -> String {
//         id.to_string()
//     }
// }

fn main() {}

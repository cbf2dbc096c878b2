use auth_core::prelude::*;

// wrong:

#[require_auth]
mod admin {
    mod users;

    pub async fn handler() {}
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn handler() {}
// }

fn main() {}

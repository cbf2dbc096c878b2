use auth_core::prelude::*;

// wrong:

#[require_auth]
mod admin {
    pub fn helper() {}
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn handler() {}
// }

fn main() {}

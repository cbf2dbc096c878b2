use auth_core::prelude::*;

// wrong:

#[require_auth]
#[authorize(true)]
mod admin {
    pub async fn handler() {}
}

// right:
//
// #[require_auth]
// mod admin {
//     #[auth_core::authorize(true)]
//     pub async fn handler() {}
// }

fn main() {}

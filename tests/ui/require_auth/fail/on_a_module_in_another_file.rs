use auth_core::prelude::*;

// wrong:

#[require_auth]
mod admin;

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn handler() {}
// }

fn main() {}

use auth_core::prelude::*;

// wrong:

#[require_auth]
mod admin {
    use auth_core::prelude::*;

    pub async fn first() {}

    pub fn second() -> impl axum::handler::Handler<((),), Auth> {
        || async { "open" }
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     use auth_core::{GuardedMethodRouter, prelude::*};
//
//     pub async fn first() {}
//
//     pub fn second() -> GuardedMethodRouter<Auth> {
//         get(first)
//     }
// }

fn main() {}

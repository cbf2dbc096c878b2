use auth_core::prelude::*;

// wrong:

#[require_scope("admin")]
mod admin {
    use auth_core::{GuardedMethodRouter, prelude::*};

    pub async fn first() {}

    pub fn second() -> GuardedMethodRouter<Auth> {
        include!("../included")
    }
}

// right:
//
// #[require_scope("admin")]
// mod admin {
//     use auth_core::{GuardedMethodRouter, prelude::*};
//
//     pub async fn first() {}
//
//     #[auth_core::api_key]
//     pub async fn keyed() {}
//
//     pub fn second() -> GuardedMethodRouter<Auth> {
//         get(keyed)
//     }
// }

fn main() {}

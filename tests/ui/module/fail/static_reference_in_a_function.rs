use auth_core::prelude::*;

struct Config;

struct Desk;

// wrong:

#[require_auth]
mod admin {
    use super::{Config, Desk};

    pub async fn first() {}

    fn helper() {
        impl Desk {
            pub async fn second(_: &'static Config) {}
        }
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     use super::{Config, Desk};
//
//     pub async fn first() {}
//
//     impl Desk {
//         pub async fn second(_: &'static Config) {}
//     }
// }

fn main() {}

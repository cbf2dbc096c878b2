use auth_core::prelude::*;

struct Api;

// wrong:

#[require_auth]
mod admin {
    use super::Api;

    pub async fn first() {
        impl Api {
            pub async fn second() -> &'static str {
                "open"
            }
        }
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     use super::Api;
//
//     pub async fn first() {}
//
//     impl Api {
//         pub async fn second() -> &'static str {
//             "for the signed-in"
//         }
//     }
// }

fn main() {}

use auth_core::prelude::*;

struct Desk;

// wrong:

#[require_auth]
mod admin {
    use super::Desk;

    pub async fn first() -> [u8; {
        impl Desk {
            pub async fn second() {}
        }
        1
    }] {
        [0]
    }

    pub fn helper(_: [u8; { impl Desk { pub async fn third() {} } 1 }]) {}
}

// right:
//
// #[require_auth]
// mod admin {
//     use super::Desk;
//
//     pub async fn first() -> [u8; 1] {
//         [0]
//     }
//
//     impl Desk {
//         pub async fn second() {}
//     }
// }

fn main() {
    let _: axum::Router<Auth> = axum::Router::new().route("/", axum::routing::get(Desk::second));
}

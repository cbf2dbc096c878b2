use auth_core::prelude::*;

// wrong:

#[require_auth]
#[macro_use]
mod admin {
    macro_rules! log {
        ($text:literal) => {
            println!($text)
        };
    }

    pub async fn handler() {
        log!("called");
    }
}

// right:
//
// macro_rules! log {
//     ($text:literal) => {
//         println!($text)
//     };
// }
//
// #[require_auth]
// mod admin {
//     pub async fn handler() {
//         log!("called");
//     }
// }

fn main() {}

use auth_core::prelude::*;

type Answer = std::pin::Pin<Box<dyn Future<Output = String> + Send>>;

// wrong:

#[require_auth]
mod admin {
    pub async fn first() {}

    pub fn second(body: String) -> super::Answer {
        Box::pin(async { body })
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn first() {}
//
//     pub async fn second(body: String) -> String {
//         body
//     }
// }

fn main() {}

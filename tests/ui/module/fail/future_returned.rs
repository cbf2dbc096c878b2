use auth_core::prelude::*;

// wrong:

#[require_auth]
mod admin {
    pub async fn first() {}

    pub fn second() -> impl Future<Output = ()> {
        async {}
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn first() {}
//     pub async fn second() {}
// }

fn main() {}

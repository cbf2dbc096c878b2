use auth_core::prelude::*;

struct Api;

// wrong:

#[require_auth]
impl Api {
    async fn first() {}

    fn second() -> impl Future<Output = ()> {
        async {}
    }
}

// right:
//
// #[require_auth]
// impl Api {
//     async fn first() {}
//     async fn second() {}
// }

fn main() {}

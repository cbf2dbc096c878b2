use auth_core::prelude::*;

// wrong:

trait Api {
    #[require_auth]
    async fn handler();
}

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}

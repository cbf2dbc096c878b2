use auth_core::prelude::*;

trait Api {
    #[require_auth]
    async fn handler();
}

fn main() {}

use auth_core::prelude::*;

struct Api;

impl Api {
    #[require_auth]
    async fn handler(&self) {}
}

fn main() {}

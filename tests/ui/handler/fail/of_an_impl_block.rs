use auth_core::prelude::*;
use axum::Json;
use axum::extract::Path;

struct Desk;

// wrong:

#[require_auth]
impl Desk {
    async fn list(body: String, Path(id): Path<u32>) {}
}

// right:
//
// #[require_auth]
// impl Desk {
//     async fn list(Path(id): Path<u32>, body: String) {}
// }

fn main() {}

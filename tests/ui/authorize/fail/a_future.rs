use auth_core::prelude::*;
use axum::extract::Path;

async fn may_edit(_id: u32) -> bool {
    false
}

// wrong:

#[require_auth]
#[authorize(may_edit(id))]
async fn handler(Path(id): Path<u32>) {}

// right:
//
// #[require_auth]
// #[authorize(may_edit(id).await)]
// async fn handler(Path(id): Path<u32>) {}

fn main() {}

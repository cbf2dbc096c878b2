use auth_core::prelude::*;
use axum::extract::Path;

fn may_edit(id: u32) -> Result<bool, String> {
    Ok(id == 7)
}

// wrong:

#[require_auth]
#[authorize(may_edit(id))]
async fn handler(Path(id): Path<u32>) -> Result<(), String> {
    Ok(())
}

// right:
//
// #[require_auth]
// #[authorize(may_edit(id)?)]
// async fn handler(Path(id): Path<u32>) -> Result<(), String> {
//     Ok(())
// }

fn main() {}

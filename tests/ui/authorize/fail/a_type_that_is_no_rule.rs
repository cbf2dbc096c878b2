use auth_core::prelude::*;
use axum::extract::Path;

struct CanEdit(u32);

// wrong:

#[require_auth]
#[authorize(CanEdit(id))]
async fn handler(Path(id): Path<u32>) {}

// right:
//
// use auth_core::Rule;
// use auth_core::Refusal;
//
// impl Rule for CanEdit {
//     async fn allows(&self, _caller: &Principal) -> Result<bool, Refusal> {
//         Ok(self.0 == 7)
//     }
// }
//
// #[require_auth]
// #[authorize(CanEdit(id))]
// async fn handler(Path(id): Path<u32>) {}

fn main() {}

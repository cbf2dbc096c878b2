use auth_core::prelude::*;

// wrong:

#[public]
fn health() -> &'static str {
    "ok"
}

// right:
//
// #[public]
// async fn health() -> &'static str {
//     "ok"
// }

fn main() {}

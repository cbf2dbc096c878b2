use auth_core::prelude::*;
use axum::debug_handler;

// wrong:

#[debug_handler(state = Auth)]
#[require_auth]
async fn handler() {
    let count = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(count);
}

// right:
//
// #[debug_handler(state = Auth)]
// #[require_auth]
// async fn handler() {
//     let count = std::sync::Arc::new(1);
//     std::future::ready(()).await;
//     drop(count);
// }

fn main() {}

use std::sync::Arc;

use auth_core::prelude::*;

/// `Arc<Desk>` can be an extractor of the application, and then a plain router takes `Desk::leak` and `Desk::hidden`.
#[derive(Clone)]
struct Desk;

// wrong:

#[require_auth]
mod admin {
    use super::*;

    pub async fn first() {
        impl Desk {
            pub async fn hidden(self: Arc<Self>) {}
        }
    }

    pub trait Leaking {
        async fn leak(self: Arc<Self>) {}
        async fn without_a_body(self: Arc<Self>);
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     use axum::extract::State;
//
//     pub async fn first(State(_): State<super::Desk>) {}
// }

fn main() {}

use auth_core::prelude::*;

// wrong:

struct Api;

impl Api {
    #[require_auth]
    async fn handler(&self) {}
}

// right:
//
// use axum::extract::State;
//
// #[derive(Clone)]
// struct Api;
//
// #[require_auth]
// impl Api {
//     async fn handler(State(_): State<Self>) {}
// }

fn main() {}

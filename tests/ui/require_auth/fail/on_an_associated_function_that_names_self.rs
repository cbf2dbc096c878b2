use auth_core::prelude::*;
use axum::extract::State;

// wrong:

#[derive(Clone)]
struct Api;

impl Api {
    #[require_auth]
    async fn list(State(api): State<Self>) {}
}

// right:
//
// #[derive(Clone)]
// struct Api;
//
// #[require_auth]
// impl Api {
//     async fn list(State(api): State<Self>) {}
// }

fn main() {}

use auth_core::prelude::*;

// wrong:

#[require_auth]
mod admin {
    use axum::debug_handler as test;

    pub async fn first() {}

    #[test]
    pub async fn second() {}
}

fn main() {
    let _ = admin::second();
}

// right:
//
// #[require_auth]
// mod admin {
//     use axum::debug_handler;
//
//     pub async fn first() {}
//
//     #[debug_handler(state = auth_core::Auth)]
//     pub async fn second() {}
// }

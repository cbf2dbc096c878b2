use auth_core::prelude::*;
use axum::http::Method;

// wrong:

type M = Method;
#[require_auth]
async fn handler(
    _1: M, _2: M, _3: M, _4: M, _5: M, _6: M, _7: M, _8: M,
    _9: M, _10: M, _11: M, _12: M, _13: M, _14: M, _15: M, _body: String,
) {}

// right:
//
// type M = Method;
// #[require_auth]
// async fn handler(
//     _1: M, _2: M, _3: M, _4: M, _5: M, _6: M, _7: M, _8: M,
//     _9: M, _10: M, _11: M, _12: M, _body: String,
// ) {}

fn main() {}

use auth_core::prelude::*;

// wrong:

#[require_auth]
unsafe extern "C" {
    fn abs(n: i32) -> i32;
}

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}

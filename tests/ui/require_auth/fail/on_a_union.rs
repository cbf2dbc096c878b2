use auth_core::prelude::*;

// wrong:

#[require_auth]
union Number {
    word: u32,
    bytes: [u8; 4],
}

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}

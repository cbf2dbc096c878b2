use auth_core::prelude::require_auth;

// wrong:

type Guard<T> = Option<T>;

#[require_auth]
async fn handler(_: Guard<String>) {}

// right:
//
// type Lock<T> = Option<T>;
//
// #[require_auth]
// async fn handler(_: Lock<String>) {}

fn main() {}

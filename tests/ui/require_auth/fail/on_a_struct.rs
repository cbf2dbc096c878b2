use auth_core::prelude::*;

#[require_auth]
struct Handler;

fn main() {}

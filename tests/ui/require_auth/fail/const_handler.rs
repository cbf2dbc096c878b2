use auth_core::prelude::*;

#[require_auth]
const fn handler() {}

fn main() {}

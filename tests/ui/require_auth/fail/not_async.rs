use auth_core::prelude::*;

#[require_auth]
fn handler() {}

fn main() {}

use auth_core::prelude::*;

#[require_auth]
async unsafe fn handler() {}

fn main() {}

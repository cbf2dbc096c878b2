use auth_core::prelude::*;

#[require_auth]
const HANDLER: u8 = 0;

fn main() {}

use auth_core::prelude::*;

#[require_auth]
type Handler = u8;

fn main() {}

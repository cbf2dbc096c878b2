use auth_core::prelude::*;

#[require_auth]
enum Handler {}

fn main() {}

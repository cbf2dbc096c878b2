use auth_core::prelude::*;

#[require_auth]
trait Handler {}

fn main() {}

use auth_core::prelude::*;

#[require_auth(Admin)]
fn handler(&self) {}

fn main() {}

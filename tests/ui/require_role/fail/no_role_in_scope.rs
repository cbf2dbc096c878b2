use auth_core::prelude::*;

#[require_role(Admin)]
async fn handler() {}

fn main() {}

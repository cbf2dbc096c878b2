use auth_core::prelude::*;

guard!(pub Anyone = public);

#[require(Anyone)]
#[require_auth]
async fn handler() {}

fn main() {}

use auth_core::prelude::*;

#[api_key("reports:read")]
async fn handler() {}

fn main() {}

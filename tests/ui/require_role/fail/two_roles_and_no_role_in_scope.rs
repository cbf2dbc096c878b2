use auth_core::prelude::*;

#[require_role(Admin, Moderator)]
async fn handler() {}

fn main() {}

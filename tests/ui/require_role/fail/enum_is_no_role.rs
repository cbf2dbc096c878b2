use auth_core::prelude::*;

enum Role {
    Admin,
}

#[require_role(Admin)]
async fn handler() {}

fn main() {}

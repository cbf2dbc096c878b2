use auth_core::prelude::*;

#[derive(Clone, Copy)]
enum Level {
    High,
}

#[require_role(Level::High)]
async fn handler() {}

fn main() {}

use auth_core::prelude::*;

#[public]
fn health() -> &'static str {
    "ok"
}

fn main() {}

use auth_core::prelude::*;

guard!();

fn main() {}

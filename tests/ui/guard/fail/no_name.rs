use auth_core::prelude::*;

guard!(= auth);

fn main() {}

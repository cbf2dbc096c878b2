use auth_core::prelude::*;

guard!(pub Staff: auth);

fn main() {}

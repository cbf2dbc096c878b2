use auth_core::prelude::*;

guard!(pub Staff = any());

fn main() {}

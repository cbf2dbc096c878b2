use auth_core::prelude::*;

guard!(pub Staff = );

fn main() {}

use auth_core::prelude::*;

// wrong:

guard!();

// right:
//
// guard!(pub Staff = auth);

fn main() {}

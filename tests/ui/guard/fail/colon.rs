use auth_core::prelude::*;

// wrong:

guard!(pub Staff: auth);

// right:
//
// guard!(pub Staff = auth);

fn main() {}

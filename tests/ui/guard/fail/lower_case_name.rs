use auth_core::prelude::*;

// wrong:

guard!(staff auth);

// right:
//
// guard!(pub Staff = auth);

fn main() {}

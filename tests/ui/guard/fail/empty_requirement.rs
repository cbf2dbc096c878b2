use auth_core::prelude::*;

// wrong:

guard!(pub Staff = );

// right:
//
// guard!(pub Staff = auth);

fn main() {}

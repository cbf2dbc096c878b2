use auth_core::prelude::*;

// wrong:

guard!(= auth);

// right:
//
// guard!(pub Staff = auth);

fn main() {}

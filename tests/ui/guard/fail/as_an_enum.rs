use auth_core::prelude::*;

// wrong:

guard!(enum Staff = auth);

// right:
//
// guard!(pub Staff = auth);

fn main() {}

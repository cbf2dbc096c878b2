use auth_core::prelude::*;

// wrong:

guard!(pub A = auth; pub B = mfa);

// right:
//
// guard!(pub A = auth);
// guard!(pub B = mfa);

fn main() {}

use auth_core::prelude::*;

// wrong:

guard!(pub Staff = auth && mfa);

// right:
//
// guard!(pub Staff = all(auth, mfa));

fn main() {}

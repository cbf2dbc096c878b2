use auth_core::prelude::*;

// wrong:

guard!(pub Anyone = auth(optional));
guard!(pub Staff = any(Anyone, mfa));

// right:
//
// guard!(pub Staff = all(auth, mfa));

fn main() {}

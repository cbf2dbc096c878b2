use auth_core::prelude::*;

guard!(pub Careful = mfa);

// wrong:

guard!(pub Hasty = all(auth, not(amr("mfa")), Careful));

// right:
//
// guard!(pub Hasty = all(auth, not(amr("mfa"))));

fn main() {}

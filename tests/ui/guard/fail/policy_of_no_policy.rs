use auth_core::prelude::*;

// wrong:

struct Duty;

guard!(pub Staff = all(auth, Duty));

// right:
//
// guard!(pub Duty = mfa);
// guard!(pub Staff = all(auth, Duty));

fn main() {}

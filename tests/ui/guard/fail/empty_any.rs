use auth_core::prelude::*;

// wrong:

guard!(pub Staff = any());

// right:
//
// guard!(pub Staff = any(auth, api_key));

fn main() {}

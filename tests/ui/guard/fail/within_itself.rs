use auth_core::prelude::*;

// wrong:

guard!(pub Staff = any(Staff, api_key));

// right:
//
// guard!(pub Staff = any(auth, api_key));

fn main() {}

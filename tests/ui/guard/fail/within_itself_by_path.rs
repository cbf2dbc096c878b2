use auth_core::prelude::*;

// wrong:

guard!(pub Staff = any(self::Staff, api_key));

// right:
//
// guard!(pub Staff = any(mfa, api_key));

fn main() {}

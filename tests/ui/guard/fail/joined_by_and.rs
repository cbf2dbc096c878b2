use auth_core::prelude::*;

guard!(pub Staff = auth && mfa);

fn main() {}

use auth_core::prelude::*;

guard!(pub A = auth; pub B = mfa);

fn main() {}

use auth_core::prelude::*;

guard!(pub Anyone = auth(optional));
guard!(pub Staff = any(Anyone, mfa));

fn main() {}

use auth_core::prelude::*;

guard!(pub Staff = any(Staff, api_key));

fn main() {}

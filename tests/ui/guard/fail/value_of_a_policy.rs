use auth_core::prelude::*;

guard!(pub Staff = auth);

fn forge() -> Staff {
    Staff
}

fn main() {}

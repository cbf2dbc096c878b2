use auth_core::prelude::*;

// wrong:

guard!(pub Staff = auth);

fn forge() -> Staff {
    Staff
}

// right:
//
// guard!(pub Staff = auth);
//
// async fn handler(guard: Guard<Staff>) {
//     let _: &Proof<Staff> = guard.proof();
// }

fn main() {}

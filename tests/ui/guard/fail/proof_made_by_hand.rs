use auth_core::prelude::*;

// wrong:

guard!(pub Staff = auth);

fn forge() -> Proof<Staff> {
    Proof { policy: std::marker::PhantomData }
}

// right:
//
// guard!(pub Staff = auth);
//
// fn take(guard: &Guard<Staff>) -> &Proof<Staff> {
//     guard.proof()
// }

fn main() {}

use auth_core::prelude::*;

// wrong:

guard!(pub Staff = auth);

fn keep(proof: &Proof<Staff>) -> Proof<Staff> {
    proof.clone()
}

// right:
//
// guard!(pub Staff = auth);
//
// fn lend(proof: &Proof<Staff>) -> &Proof<Staff> {
//     proof
// }

fn main() {}

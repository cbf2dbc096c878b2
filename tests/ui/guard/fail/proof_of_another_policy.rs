use auth_core::prelude::*;

// wrong:

guard!(pub Staff = auth);
guard!(pub Owner = all(auth, mfa));

fn purge(_: &Proof<Owner>) {}

async fn handler(guard: Guard<Staff>) {
    purge(guard.proof());
}

// right:
//
// guard!(pub Staff = auth);
// guard!(pub Owner = all(auth, mfa));
//
// fn purge(_: &Proof<Owner>) {}
//
// async fn handler(guard: Guard<Owner>) {
//     purge(guard.proof());
// }

fn main() {}

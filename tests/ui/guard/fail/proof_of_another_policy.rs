use auth_core::prelude::*;

guard!(pub Staff = auth);
guard!(pub Owner = all(auth, mfa));

fn purge(_: &Proof<Owner>) {}

async fn handler(guard: Guard<Staff>) {
    purge(guard.proof());
}

fn main() {}

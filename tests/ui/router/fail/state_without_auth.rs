use auth_core::prelude::*;

#[derive(Clone)]
struct Service;

#[require_auth]
async fn me() {}

fn main() {
    let _: GuardedRouter<Service> = GuardedRouter::new().route("/me", get(me));
}

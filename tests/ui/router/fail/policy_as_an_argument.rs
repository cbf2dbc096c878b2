use auth_core::prelude::*;

guard!(Staff = mfa);

#[require_auth]
async fn me() {}

// wrong:

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().guard(Staff).route("/me", get(me))
}

// right:
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().guard::<Staff>().route("/me", get(me))
// }

fn main() {}

use auth_core::prelude::*;
use axum::extract::FromRef;

#[derive(Clone)]
struct Billing {
    auth: Auth,
}

impl FromRef<Billing> for Auth {
    fn from_ref(state: &Billing) -> Self {
        state.auth.clone()
    }
}

// wrong:

fn app(app: GuardedRouter<Auth>, billing: GuardedRouter<Billing>) -> GuardedRouter<Auth> {
    app.nest("/billing", billing)
}

// right:
//
// fn app(app: GuardedRouter<Auth>, billing: GuardedRouter<Billing>, state: Billing) -> GuardedRouter<Auth> {
//     app.nest("/billing", billing.provide_state(state))
// }

fn main() {}

use auth_core::prelude::*;

// wrong:

fn routes() -> GuardedRouter<Auth> {
    #[require_auth]
    mod local {
        pub async fn handler() {}
    }

    GuardedRouter::new().route("/local", get(local::handler))
}

// right:
//
// #[require_auth]
// mod local {
//     pub async fn handler() {}
// }
//
// fn routes() -> GuardedRouter<Auth> {
//     GuardedRouter::new().route("/local", get(local::handler))
// }

fn main() {}

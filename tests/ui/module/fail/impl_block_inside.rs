use auth_core::prelude::*;

// wrong:

#[require_auth]
mod admin {
    pub struct Api;

    impl Api {
        pub async fn second() {}
    }

    pub async fn first() {}
}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/admin", get(admin::first).post(admin::Api::second));
}

// right:
//
// #[require_auth]
// mod admin {
//     pub struct Api;
//
//     #[auth_core::require_scope("admin")]
//     impl Api {
//         pub async fn second() {}
//     }
//
//     pub async fn first() {}
// }
//
// fn main() {
//     let _: GuardedRouter<Auth> = GuardedRouter::new().route("/admin", get(admin::first).post(admin::Api::second));
// }

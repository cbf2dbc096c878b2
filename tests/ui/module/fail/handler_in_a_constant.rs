use auth_core::prelude::*;

// wrong:

#[require_scope("admin")]
mod admin {
    use auth_core::prelude::*;

    pub async fn first() {}

    pub const ROUTES: fn() -> GuardedRouter<Auth> = || {
        #[auth_core::api_key]
        async fn second() {}
        GuardedRouter::new().route("/second", get(second))
    };
}

// right:
//
// #[require_scope("admin")]
// mod admin {
//     use auth_core::prelude::*;
//
//     pub async fn first() {}
//
//     #[auth_core::api_key]
//     pub async fn second() {}
//
//     pub const ROUTES: fn() -> GuardedRouter<Auth> = || GuardedRouter::new().route("/second", get(second));
// }

fn main() {}

use auth_core::prelude::*;

// wrong:

#[require_scope("admin")]
mod admin {
    use auth_core::prelude::*;

    pub async fn first() {}

    pub fn routes() -> axum::Router<Auth> {
        async fn second() {}
        axum::Router::new().route("/second", axum::routing::get(second))
    }
}

// right:
//
// #[require_scope("admin")]
// mod admin {
//     use auth_core::prelude::*;
//
//     pub async fn first() {}
//     pub async fn second() {}
//
//     pub fn routes() -> GuardedRouter<Auth> {
//         GuardedRouter::new().route("/second", get(second))
//     }
// }

fn main() {}

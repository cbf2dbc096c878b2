use auth_core::prelude::*;

type Routes = axum::Router<Auth>;

// wrong:

#[require_auth]
mod admin {
    pub async fn first() {}

    pub fn routes() -> super::Routes {
        super::Routes::new().route("/second", axum::routing::get(|| async { "open" }))
    }

    pub const LATER: fn() -> super::Routes = super::Routes::new;
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn first() {}
// }
//
// fn routes() -> Routes {
//     Routes::new().route("/first", axum::routing::get(admin::first))
// }

fn main() {}

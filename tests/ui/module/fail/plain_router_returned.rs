use auth_core::prelude::*;

type Routes = axum::Router<Auth>;

// wrong:

#[require_auth]
mod admin {
    use auth_core::prelude::*;

    pub async fn first() {}

    pub fn routes() -> axum::Router<Auth> {
        axum::Router::new().route("/second", axum::routing::get(|| async { "open" }))
    }

    pub fn one() -> Result<axum::routing::MethodRouter<Auth>, String> {
        Ok(axum::routing::get(first).fallback(|| async { "open" }))
    }

    pub fn add(router: &mut axum::Router<Auth>) {
        *router = std::mem::take(router).route("/second", axum::routing::get(|| async { "open" }));
    }

    pub static LATER: std::sync::LazyLock<axum::Router> = std::sync::LazyLock::new(axum::Router::new);
}

// right:
//
// #[require_auth]
// mod admin {
//     use auth_core::prelude::*;
//
//     pub async fn first() {}
//
//     pub async fn second() -> &'static str {
//         "for the signed-in"
//     }
//
//     pub fn routes() -> GuardedRouter<Auth> {
//         GuardedRouter::new().route("/first", get(first)).route("/second", get(second))
//     }
// }

fn main() {}

//! What `routes!` makes of handlers with `#[utoipa::path]`; it demands their access guard.

use utoipa::openapi::RefOr;
use utoipa::openapi::path::Paths;
use utoipa::openapi::schema::Schema;

use crate::web::router::GuardedMethodRouter;

/// Guarded handlers with their documentation, as [`routes!`](crate::openapi::routes) makes them.
pub type DocumentedRoutes<S> = (Vec<(String, RefOr<Schema>)>, Paths, GuardedMethodRouter<S>);

/// Where `utoipa_axum::routes!` looks for `axum`: its handlers go through the guarded `on`.
#[doc(hidden)]
pub mod axum {
    pub mod routing {
        pub use crate::web::router::GuardedMethodRouter as MethodRouter;
    }
}

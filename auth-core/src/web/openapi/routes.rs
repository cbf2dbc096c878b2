//! `routes!`, which takes handlers with `#[utoipa::path]` and demands their access guard.

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

/// Handlers with `#[utoipa::path]` and an access guard, for [`GuardedRouter::routes`](crate::GuardedRouter::routes): the
/// counterpart of `utoipa_axum::routes!`. Path and methods are those of the attribute.
///
/// ```
/// use auth_core::openapi::routes;
/// use auth_core::prelude::*;
///
/// #[utoipa::path(get, path = "/notes")]
/// #[require_auth]
/// async fn notes() {}
///
/// #[require_scope("notes:write")]
/// #[utoipa::path(post, path = "/notes")]
/// async fn add_note() {}
///
/// let app: GuardedRouter<Auth> = GuardedRouter::new().routes(routes!(notes, add_note));
/// assert_eq!(app.policy().routes().len(), 2);
/// ```
///
/// Without a guard it does not compile:
///
/// ```compile_fail
/// # use auth_core::openapi::routes;
/// # use auth_core::prelude::*;
/// #[utoipa::path(get, path = "/notes")]
/// async fn notes() {}
///
/// let app: GuardedRouter<Auth> = GuardedRouter::new().routes(routes!(notes));
/// ```
#[doc(inline)]
pub use crate::__documented_routes as routes;

#[doc(hidden)]
#[macro_export]
macro_rules! __documented_routes {
    ($($handler:path),+ $(,)?) => {{
        #[allow(unused_imports)]
        use $crate::openapi::axum;
        $crate::openapi::utoipa_axum::routes!($($handler),+)
    }};
}

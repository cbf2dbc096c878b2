//! Attributes of other crates, above and below ours.

#![allow(clippy::diverging_sub_expression, reason = "what `#[debug_handler]` makes has it")]

use axum::debug_handler;
use axum::extract::Path;
use guards::GuardedRouter;
use guards::prelude::*;
use tracing::instrument;

#[instrument]
#[require_auth]
async fn instrumented_above(Path(id): Path<u32>) -> String {
    id.to_string()
}

#[require_auth]
#[instrument]
async fn instrumented_below(Path(id): Path<u32>) -> String {
    id.to_string()
}

#[instrument]
#[require_auth]
#[authorize(id == 7)]
async fn instrumented_above_a_condition(Path(id): Path<u32>, body: String) -> String {
    body
}

#[require_auth]
#[authorize(id == 7)]
#[instrument]
async fn instrumented_below_a_condition(Path(id): Path<u32>, body: String) -> String {
    body
}

#[require_auth]
#[debug_handler(state = Auth)]
async fn debugged_below(Path(id): Path<u32>, body: String) -> String {
    format!("{id} {body}")
}

#[require_auth]
#[authorize(id == 7)]
#[debug_handler(state = Auth)]
async fn debugged_below_a_condition(Path(id): Path<u32>, body: String) -> String {
    body
}

/// A `macro_rules!` writes its handlers with the same span; they are different handlers.
macro_rules! twin {
    ($name:ident) => {
        mod $name {
            use super::*;

            #[require_auth]
            #[debug_handler(state = Auth)]
            pub(super) async fn debugged() {}

            #[instrument]
            #[require_auth]
            pub(super) async fn instrumented() {}
        }
    };
}

twin!(one);
twin!(other);

/// A handler that a `macro_rules!` writes twice, with equal tokens and spans, is two handlers.
macro_rules! twice {
    ($($handler:tt)*) => {
        mod first {
            use super::*;

            $($handler)*
        }

        mod second {
            use super::*;

            $($handler)*
        }
    };
}

twice! {
    #[require_auth]
    pub(super) async fn passed() {}
}

seq_macro::seq!(N in 0..2 {
    mod numbered_~N {
        use super::{Path, authorize, require_auth};

        #[require_auth]
        #[authorize(id == N)]
        pub(super) async fn numbered(Path(id): Path<u32>, body: String) -> String {
            body
        }
    }
});

#[duplicate::duplicate_item(name; [left]; [right])]
mod name {
    use super::require_auth;

    #[require_auth]
    pub(super) async fn duplicated() {}
}

/// Documented above the guard.
#[utoipa::path(get, path = "/documented-above/{id}", responses((status = 200, body = String)))]
#[require_auth]
pub async fn documented_above(Path(id): Path<u32>) -> String {
    id.to_string()
}

/// Documented below the guard.
#[require_auth]
#[utoipa::path(get, path = "/documented-below/{id}", responses((status = 200, body = String)))]
pub async fn documented_below(Path(id): Path<u32>) -> String {
    id.to_string()
}

/// The document of the two.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(documented_above, documented_below))]
pub struct Document;

/// The routes of this module.
pub fn routes() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/instrumented/{id}", get(instrumented_above).put(instrumented_below))
        .route("/instrumented-conditions/{id}", get(instrumented_above_a_condition).put(instrumented_below_a_condition))
        .route("/debugged/{id}", post(debugged_below).put(debugged_below_a_condition))
        .route("/one", get(one::debugged).put(one::instrumented))
        .route("/other", get(other::debugged).put(other::instrumented))
        .route("/passed", get(first::passed).put(second::passed))
        .route("/numbered/{id}", post(numbered_0::numbered).put(numbered_1::numbered))
        .route("/duplicated", get(left::duplicated).put(right::duplicated))
        .route("/documented-above/{id}", get(documented_above))
        .route("/documented-below/{id}", get(documented_below))
}

//! Attributes of other crates, above ours and below.

#![allow(clippy::diverging_sub_expression, reason = "what `#[debug_handler]` makes has it")]

use axum::debug_handler;
use axum::extract::Path;
use axum::http::StatusCode;
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

#[debug_handler(state = Auth)]
#[require_auth]
async fn debugged_above() {}

#[debug_handler(state = Auth)]
#[require_auth]
#[authorize(id == 7)]
async fn debugged_above_a_condition(Path(id): Path<u32>, body: String) -> Result<String, StatusCode> {
    if body.is_empty() {
        return Err(StatusCode::BAD_REQUEST);
    }
    std::future::ready(()).await;
    Ok(body)
}

#[debug_handler(state = Auth)]
#[require_auth]
#[instrument]
#[require_scope("a")]
async fn debugged_above_several(Path(_): Path<u32>) {}

#[debug_handler(state = Auth)]
#[cfg_attr(all(), require_auth)]
#[cfg_attr(all(), require_scope("a"))]
async fn debugged_above_what_is_seen_one_by_one() {}

#[debug_handler(state = Auth)]
#[public]
async fn debugged_above_public() {}

/// Twins: what a `macro_rules!` makes stands at one place, and is not a copy.
macro_rules! twin {
    ($name:ident) => {
        mod $name {
            use super::*;

            #[debug_handler(state = Auth)]
            #[require_auth]
            pub(super) async fn debugged() {}

            #[instrument]
            #[require_auth]
            pub(super) async fn instrumented() {}
        }
    };
}

twin!(one);
twin!(other);

/// Twins word for word and span for span, which are not copies either: no procedural macro has written them.
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
        .route("/debugged-above", get(debugged_above).put(debugged_above_public))
        .route("/debugged-above/{id}", put(debugged_above_a_condition).get(debugged_above_several))
        .route("/debugged-above-one-by-one", get(debugged_above_what_is_seen_one_by_one))
        .route("/one", get(one::debugged).put(one::instrumented))
        .route("/other", get(other::debugged).put(other::instrumented))
        .route("/passed", get(first::passed).put(second::passed))
        .route("/documented-above/{id}", get(documented_above))
        .route("/documented-below/{id}", get(documented_below))
}

//! Responses that hold a secret, and so must not be kept by anyone on the way (RFC 6749 section 5.1).

use axum::http::{HeaderName, header};

pub(crate) const NO_STORE: [(HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];

//! Headers of responses with a secret, which must not be cached (RFC 6749 section 5.1).

use axum::http::{HeaderName, header};

pub(crate) const NO_STORE: [(HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];

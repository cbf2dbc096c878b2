//! One implementation of the route, and its time.

use std::hint::black_box;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use tower_service::Service;

use crate::{Case, median};

pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) case: Case,
    router: Router,
    /// Nanoseconds per request, one sample a round.
    pub(crate) samples: Vec<f64>,
}

impl Contender {
    pub(crate) const fn new(name: &'static str, case: Case, router: Router) -> Self {
        Self { name, case, router, samples: Vec::new() }
    }

    /// Serves one request per token; returns the nanoseconds for one.
    ///
    /// Requests are created before, and responses dropped after the measurement: they are the server's cost.
    pub(crate) async fn run(&mut self, tokens: &[String]) -> f64 {
        let requests: Vec<Request<Body>> = tokens.iter().map(|token| request(token)).collect();
        let mut responses = Vec::with_capacity(requests.len());
        let start = Instant::now();
        for request in requests {
            responses.push(black_box(self.router.call(request).await));
        }
        let took = start.elapsed();
        for response in responses {
            assert_eq!(response.unwrap().status(), StatusCode::OK, "{}", self.name);
        }
        nanos_each(took, tokens.len())
    }

    pub(crate) fn median(&self) -> f64 {
        median(&self.samples)
    }
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn nanos_each(took: Duration, count: usize) -> f64 {
    took.as_nanos() as f64 / count as f64
}

pub(crate) fn request(token: &str) -> Request<Body> {
    Request::get("/me").header(header::AUTHORIZATION, format!("Bearer {token}")).body(Body::empty()).unwrap()
}

/// The same route without a guard.
pub(crate) fn unguarded() -> Router {
    async fn me() -> &'static str {
        "ok"
    }
    Router::new().route("/me", get(me))
}

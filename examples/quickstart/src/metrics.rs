//! Metrics for Prometheus, on a listener of their own: they tell how many users there are, and which handlers.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tokio::net::TcpListener;
use tokio::time::interval;

use crate::serve::StartError;

/// Upper bounds of the time of a hash, in seconds.
const HASH_SECONDS: [f64; 8] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0];

/// Collects the metrics, and serves `/metrics` at `address` as long as the process runs. Called before `Auth` is built, which
/// registers them.
pub(crate) async fn start(address: SocketAddr) -> Result<(), StartError> {
    let failed = |error| StartError::Bind("METRICS_BIND", address, error);
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let prometheus = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("auth_password_hash_seconds".to_owned()), &HASH_SECONDS)?
        .install_recorder()?;
    println!("metrics at http://{}/metrics", listener.local_addr()?);
    // The recorder keeps each recorded time until then.
    let upkeep = prometheus.clone();
    tokio::spawn(async move {
        let mut ticks = interval(Duration::from_secs(5));
        loop {
            ticks.tick().await;
            upkeep.run_upkeep();
        }
    });
    // No guard: for every caller who reaches the listener.
    let app = Router::new().route("/metrics", get(async move || prometheus.render()));
    tokio::spawn(auth_core::serve(listener, app).into_future());
    Ok(())
}

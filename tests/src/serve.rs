//! A router on a bound socket.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;

/// Serves it on a free port of this machine as long as the test runs, and returns the address: `http://127.0.0.1:PORT`.
pub async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    url
}

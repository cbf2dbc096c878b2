use auth_core::prelude::*;
use tokio::net::TcpListener;

// wrong:

async fn run(listener: TcpListener, app: GuardedRouter<Auth>) -> std::io::Result<()> {
    axum::serve(listener, app).await
}

// right:
//
// async fn run(listener: TcpListener, app: GuardedRouter<Auth>, auth: Auth) -> std::io::Result<()> {
//     axum::serve(listener, app.with_state(auth)).await
// }

fn main() {}

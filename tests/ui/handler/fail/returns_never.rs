use auth_core::prelude::*;

// wrong:

#[require_auth]
async fn stop() -> ! {
    std::process::exit(0)
}

// right:
//
// #[require_auth]
// async fn stop() -> axum::http::StatusCode {
//     std::process::exit(0)
// }

fn main() {}

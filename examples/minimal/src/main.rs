//! The smallest guarded service: `AUTH_SECRET=$(openssl rand -base64 32) cargo run -p minimal`

use auth_core::Settings;
use auth_core::prelude::*;
use auth_core::store::SqliteStore;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    #[role(includes(User))]
    Admin,
}

#[require_auth]
async fn me(identity: Identity) -> String {
    identity.subject().to_string()
}

#[require_role(Admin)]
async fn numbers() -> &'static str {
    "42"
}

#[public]
async fn health() -> &'static str {
    "ok"
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut settings = Settings::from_env()?;
    let keys = settings.keys.take().ok_or("AUTH_SECRET: it is unset; `openssl rand -base64 32` makes one")?;
    let builder = Auth::builder(keys, "http://127.0.0.1:3000", "minimal")
        .store(SqliteStore::open("sqlite://minimal.db").await?)
        .new_user_role(Role::User);
    let auth = settings.give_to(builder).build()?;

    let app: axum::Router = GuardedRouter::new()
        .route("/me", get(me))
        .route("/numbers", get(numbers))
        .route("/health", get(health))
        .merge(auth.routes()) // /auth/register, /auth/login, /auth/refresh, …
        .with_state(auth);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

//! `AUTH_SECRET=… cargo run -p existing-users -- app.db`
//!
//! With `AUTH_LEGACY_SECRET=…`, the application's `SECRET_KEY`, and `AUTH_LEGACY_UNTIL=2027-03-31` its tokens are taken
//! until that day.

use auth_core::Settings;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("name the SQLite file of the application that was here before")?;
    let secret = std::env::var("AUTH_SECRET").map_err(|_| "set AUTH_SECRET to 32 bytes or more")?.into();
    let options = SqliteConnectOptions::new().filename(file).foreign_keys(true);
    let pool = SqlitePoolOptions::new().connect_with(options).await?;
    let app = existing_users::app(pool, &secret, Settings::from_env()?.legacy_tokens).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(auth_core::serve(listener, app).await?)
}

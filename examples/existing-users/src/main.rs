//! `cargo run -p existing-users`
//!
//! `DATABASE_URL` names the former application's SQLite file. With `AUTH_LEGACY_SECRET=…`, its `SECRET_KEY`, and
//! `AUTH_LEGACY_UNTIL=2027-03-31` its tokens are taken until that day.

use auth_core::Settings;
use auth_core::prelude::*;
use auth_core::recovery::LogDelivery;
use auth_core::store::SqliteStore;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("DATABASE_URL").unwrap_or("sqlite://existing-users.db".to_owned());
    let listener = TcpListener::bind(std::env::var("BIND").unwrap_or("127.0.0.1:3000".to_owned())).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let settings = Settings::from_env()?.or_issuer(&address).or_audience("existing-users").or_secret_beside(&url)?;
    let store = SqliteStore::open(&url).await?;
    let app = existing_users::app(store, Auth::from_settings(settings)?, LogDelivery).await?;
    println!("listening on {address}");
    Ok(auth_core::serve(listener, app).await?)
}

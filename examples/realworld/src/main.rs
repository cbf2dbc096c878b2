//! `cargo run -p realworld`

use auth_core::Settings;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("DATABASE_URL").unwrap_or("sqlite://realworld.db".to_owned());
    let listener = TcpListener::bind(std::env::var("BIND").unwrap_or("127.0.0.1:3000".to_owned())).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let settings = Settings::from_env()?.or_issuer(&address).or_audience("conduit").or_secret_beside(&url)?;
    let app = realworld::app(&url, settings).await?;
    println!("listening on {address}");
    Ok(auth_core::serve(listener, app).await?)
}

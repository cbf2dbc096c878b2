//! `cargo run -p resource-server`, and the commands that it prints. `ISSUER=https://login.example.com` names your own issuer.

use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let issuer = if let Ok(url) = std::env::var("ISSUER") {
        url
    } else {
        let running = resource_server::issuer::start().await?;
        for (user, who) in [(running.editor, "an editor"), (running.reader, "a reader")] {
            let form = format!("username={}&password={}&scope=reports:read", user.email, user.password.expose_secret());
            println!("# {who} logs in at the issuer:\ncurl -s {}/auth/login -d '{form}'", running.url);
        }
        running.url
    };
    let auth = resource_server::auth(resource_server::trusted(&issuer)?)?;
    let listener = TcpListener::bind(std::env::var("BIND").unwrap_or("127.0.0.1:3000".to_owned())).await?;
    let address = format!("http://{}", listener.local_addr()?);
    println!("# and calls the service with the access_token, which it verifies by the issuer's keys:");
    println!("curl -i {address}/reports -H \"Authorization: Bearer $access_token\"");
    println!("listening on {address}");
    Ok(auth_core::serve(listener, resource_server::routes().with_state(auth)).await?)
}

//! The smallest guarded service: `cargo run -p minimal`

use auth_core::Settings;
use auth_core::prelude::*;
use auth_core::store::SqliteStore;
use tokio::net::TcpListener;

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

pub(crate) fn routes(auth: &Auth) -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/me", get(me))
        .route("/numbers", get(numbers))
        .route("/health", get(health))
        .merge(auth.routes()) // /auth/register, /auth/login, /auth/refresh, …
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("DATABASE_URL").unwrap_or("sqlite://minimal.db".to_owned());
    let listener = TcpListener::bind(std::env::var("BIND").unwrap_or("127.0.0.1:3000".to_owned())).await?;
    let address = format!("http://{}", listener.local_addr()?);

    let settings = Settings::from_env()?.or_issuer(&address).or_audience("minimal").or_secret_beside(&url)?;
    let store = SqliteStore::open(&url).await?;
    let auth = Auth::from_settings(settings)?.store(store).new_user_role(Role::User).build()?;

    println!("listening on {address}");
    Ok(auth_core::serve(listener, routes(&auth).with_state(auth)).await?)
}

#[cfg(test)]
mod tests {
    use auth_core::testing::{in_memory, laws, role};

    use super::{Role, routes};

    #[test]
    fn laws_of_the_policy_hold() -> Result<(), auth_core::BuildError> {
        laws(&routes(&in_memory().build()?).policy())
            .only("/numbers", role(Role::Admin))
            .never_public("/me")
            .never_public("DELETE /**")
            .no_unchecked_except([]);
        Ok(())
    }
}

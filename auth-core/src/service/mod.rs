//! `Auth` and its operations: accounts, sessions, API keys, OAuth.

mod account;
pub(crate) mod api_keys;
mod auth;
mod builder;
mod keys;
pub(crate) mod oauth;
mod purge;
pub(crate) mod session;
mod settings;

pub use api_keys::{IssuedApiKey, NewApiKey};
pub use auth::Auth;
pub use builder::{AuthBuilder, BuildError};
pub use oauth::{GrantType, InvalidClient, OAuthClient};
pub use purge::PurgeTask;
pub use session::{Login, Registration, Tokens};
pub use settings::{Settings, SettingsError};

//! `Auth` and its operations: accounts, sessions, API keys, OAuth.

#[cfg(feature = "server")]
mod account;
#[cfg(feature = "server")]
pub(crate) mod api_keys;
#[cfg(feature = "server")]
mod audit;
mod auth;
#[cfg(feature = "server")]
mod breach;
mod builder;
mod change;
#[cfg(feature = "server")]
mod error;
mod keys;
#[cfg(feature = "server")]
mod limits;
#[cfg(feature = "server")]
pub(crate) mod oauth;
mod permission;
#[cfg(feature = "server")]
mod purge;
#[cfg(feature = "server")]
pub(crate) mod recovery;
pub(crate) mod resource;
#[cfg(feature = "server")]
mod roles;
#[cfg(feature = "server")]
mod scope;
#[cfg(feature = "server")]
pub(crate) mod second_factor;
#[cfg(feature = "server")]
pub(crate) mod session;
mod settings;

#[cfg(feature = "server")]
pub(crate) use account::user_of;
#[cfg(feature = "server")]
pub use api_keys::{IssuedApiKey, NewApiKey};
#[cfg(feature = "server")]
pub use audit::{Finding, PinnedHead, TrailHeads, TrailReport};
pub use auth::Auth;
pub use builder::{AuthBuilder, BuildError};
#[cfg(feature = "server")]
pub use error::AccountError;
#[cfg(feature = "server")]
pub use oauth::{GrantType, InvalidClient, OAuthClient};
#[cfg(feature = "server")]
pub use purge::PurgeTask;
#[cfg(feature = "server")]
pub use recovery::{CodeLogin, MagicLinkLogin};
#[cfg(feature = "server")]
pub(crate) use scope::requested;
#[cfg(feature = "server")]
pub use second_factor::{RecoveryCodes, TotpEnrolment};
#[cfg(feature = "server")]
pub use session::{
    Keep, Login, PendingRegistration, Registration, SignIn, StepUp, SteppedUp, TokenContext, TokenProof, Tokens,
};
pub use settings::{Settings, SettingsError};

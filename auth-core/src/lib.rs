//! Guards for axum: one line above a handler says who may call it, and the compiler holds the router to it.
//!
//! Begin with [`prelude`], the attributes and [`GuardedRouter`]; [`Auth`] is what a service keeps in its state.

#![cfg_attr(docsrs, feature(doc_cfg))]

// The attributes' output names this crate by its name, also within it.
extern crate self as auth_core;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod account;
mod api_key;
mod auth;
mod builder;
mod cache;
mod clock;
pub mod cluster;
pub mod event;
mod guard;
mod housekeeper;
pub mod http;
mod identity;
#[cfg(feature = "oidc")]
pub mod issuer;
mod oauth;
pub mod password;
mod refusal;
mod session;
mod settings;
pub mod store;
#[cfg(feature = "test-util")]
pub mod testing;
pub mod token;

pub use api_key::{ApiKey, ApiKeyIdentity, IssuedApiKey, NewApiKey};
pub use auth::Auth;
pub use auth_macros::*;
pub use builder::{AuthBuilder, BuildError};
pub use clock::{Clock, SystemClock, Timestamp};
pub use guard::{
    Decided, Declaration, Evidence, Guard, GuardLayer, Guarded, GuardedMethodRouter, GuardedRouter, HasAuth, Policy,
    PolicyTable, Proof, Requirement, RoutePolicy, Rule, Unchecked, routing,
};
pub use housekeeper::Housekeeper;
pub(crate) use identity::Caller;
pub use identity::{
    ApiKeyId, ClientId, CurrentUser, FromSubject, Identity, InvalidIdentifier, Principal, Role, SessionId, SubjectId,
    UnknownRole,
};
pub use oauth::{GrantType, InvalidClient, OAuthClient};
pub use password::Email;
pub use refusal::Refusal;
pub use session::{Login, Registration, Tokens};
pub use settings::{Settings, SettingsError};
pub use token::Claims;

// The guide's code is compiled. The page lies outside of the package, so nothing but a doctest reads it.
#[cfg(all(doctest, feature = "test-util"))]
#[doc = include_str!("../../docs/guide.md")]
struct Guide;

/// Everything that a module with guarded handlers needs.
pub mod prelude {
    pub use auth_macros::*;

    // Its methods; the name is the application's, whose enum is usually called `Role`.
    pub use crate::Role as _;
    pub use crate::guard::routing::{any, delete, get, patch, post, put};
    pub use crate::{
        ApiKeyIdentity, Auth, Claims, CurrentUser, FromSubject, Guard, GuardedRouter, Identity, Policy, Principal,
        Proof, SubjectId,
    };
}

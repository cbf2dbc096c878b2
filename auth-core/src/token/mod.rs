//! Tokens: each kind its own type, at compile time and on the wire.

mod access;
mod claims;
mod error;
mod keys;
mod opaque;
mod secret;

pub(crate) use access::{AccessTokens, Lifetimes};
pub use claims::Claims;
pub(crate) use claims::OneOrMany;
pub use error::TokenError;
pub use keys::SigningKey;
pub use opaque::{Access, Refresh, Token, TokenHash};
pub(crate) use opaque::{check_body, open, random_body, seal};
pub use secret::random_secret;

//! Tokens. Each kind has its own type, at compile time and on the wire.

mod access;
mod api_key;
mod audit_key;
mod claim_path;
mod claims;
mod custom;
pub(crate) mod dpop;
mod error;
#[cfg(feature = "oidc")]
pub mod issuer;
mod jws;
pub(crate) mod keys;
mod legacy;
#[cfg(feature = "server")]
mod login_code;
mod mfa_key;
mod opaque;
mod purpose;
#[cfg(feature = "server")]
mod recovery_code;
mod sealing;
pub(crate) mod strict_json;
#[cfg(feature = "server")]
mod totp;
mod verified;

pub(crate) use access::{AccessTokens, Lifetimes, NewAccessToken};
pub use api_key::ApiKey;
pub use audit_key::AuditKey;
pub use claim_path::ClaimPath;
pub use claims::{Claims, Confirmation, OneOrMany};
pub(crate) use claims::{Unreadable, check_times, numeric_date};
pub(crate) use custom::CustomClaims;
pub use error::TokenError;
pub(crate) use jws::Compact;
pub use keys::{
    Algorithm, Any, EdDsa, Es256, Hs256, KeyError, KeyInfo, KeyKind, KeySet, KeyState, LegacyAlgorithm, Ps256, Rs256,
    RsaBits, SigningKey, VerifyingKey, WeakSecret,
};
pub(crate) use legacy::RawClaims;
pub use legacy::{Hmac, LegacyTokens};
#[cfg(feature = "server")]
pub(crate) use login_code::random_code;
pub use mfa_key::MfaKey;
pub use opaque::{
    Access, AddressChange, LoginCode, MagicLink, OneTimeKind, OpaqueKind, Refresh, Reset, Token, TokenHash,
    Verification, random_secret,
};
pub(crate) use opaque::{check_body, open, random_body, seal};
pub use purpose::{Purpose, UnknownPurpose};
#[cfg(feature = "server")]
pub(crate) use recovery_code::RecoveryCode;
pub(crate) use sealing::{FactorKeys, Opened};
#[cfg(feature = "server")]
pub(crate) use totp::TotpSecret;
#[cfg(feature = "oidc")]
pub(crate) use {access::TYP as AT_JWT, jws::Header};

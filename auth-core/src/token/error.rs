//! Reasons for refusing a token.

/// The reason for refusing a token, for logs and events. The response is `invalid_token` for each.
///
/// ```
/// use auth_core::token::{Refresh, Token, TokenError};
///
/// assert_eq!(Token::<Refresh>::parse("rt_truncated").unwrap_err(), TokenError::Malformed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The token is longer than 8 KiB, or 16 KiB with another issuer's `iss`; it was not parsed.
    #[error("the token is longer than 8 KiB, or 16 KiB if another issuer's")]
    TooLong,
    /// Not three base64url parts with JSON objects.
    #[error("the token is not a well-formed JWT")]
    Malformed,
    /// The header has an embedded or linked key, `crit`, `zip` or `b64`, or another type or algorithm than expected.
    #[error("invalid token header: {0}")]
    Header(&'static str),
    /// An ID, refresh or logout token, or one of another kind.
    #[error("the token is of another kind than an access token")]
    NotAccessToken,
    /// No key has the token's `kid`.
    #[error("unknown key (`kid`)")]
    UnknownKey,
    /// The token's key was retired.
    #[error("the token's key was retired")]
    RetiredKey,
    /// The signature is invalid.
    #[error("invalid signature")]
    Signature,
    /// A claim is missing, duplicate or has the wrong JSON type.
    #[error("a claim is missing, duplicate or of the wrong type")]
    Claims,
    /// The token has another issuer.
    #[error("the token has another issuer")]
    Issuer,
    /// The token has another audience.
    #[error("the token has another audience")]
    Audience,
    /// The token has expired.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` is in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The token's session has ended.
    #[error("the token's session has ended")]
    SessionEnded,
    /// The token's subject was removed, is inactive or has newer credentials.
    #[error("the token's subject was removed, is inactive or has newer credentials")]
    SubjectChanged,
    /// A [legacy token](crate::LegacyTokens) after the end of its acceptance.
    #[error("legacy tokens are no longer accepted")]
    LegacyEnded,
    /// The token is bound to a DPoP key, but was sent as a bearer token or with a proof of another key.
    #[error("the token is bound to a key, but the request has no proof of it")]
    Bound,
    /// The token is bound to no key, but the scheme is `DPoP` or DPoP is required.
    #[error("the token is bound to no key")]
    NotBound,
    /// The scheme `DPoP` is not enabled.
    #[error("the scheme `DPoP` is not enabled; enable it with `AuthBuilder::dpop`")]
    DpopIsOff,
    /// The opaque token or API key is unknown, revoked or expired.
    #[error("the token or key is unknown, revoked or expired")]
    Unknown,
}

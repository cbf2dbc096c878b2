//! Why a token was refused. For logs and events; a caller only ever learns `invalid_token`.

/// Why a token was refused.
///
/// A response never carries it: to the caller every one of these is `invalid_token`.
///
/// ```
/// use auth_core::token::{Token, TokenError};
///
/// assert_eq!(Token::parse("rt_cut-off").unwrap_err(), TokenError::Malformed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Longer than any token of ours can be; not even parsed.
    #[error("the token is longer than {max} bytes", max = super::jws::MAX_TOKEN_BYTES)]
    TooLong,
    /// Not three base64url parts with JSON inside.
    #[error("the token is not a well-formed JWT")]
    Malformed,
    /// A header that this verifier does not take: embedded or linked keys, `crit`, another algorithm than the key's.
    #[error("the token's header is not acceptable: {0}")]
    Header(&'static str),
    /// The `kid` names no key of ours.
    #[error("the token names an unknown key")]
    UnknownKey,
    /// The key it names has been retired.
    #[error("the token was signed by a key that has been retired")]
    RetiredKey,
    /// The signature is not the key's.
    #[error("the token's signature does not match")]
    Signature,
    /// A required claim is missing or has the wrong JSON type.
    #[error("a claim of the token is missing, doubled or of the wrong type")]
    Claims,
    /// Issued by somebody else.
    #[error("the token was issued by somebody else")]
    Issuer,
    /// Meant for somebody else.
    #[error("the token is meant for another audience")]
    Audience,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come, or it claims to be issued in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The session it belongs to has ended.
    #[error("the token's session has ended")]
    SessionEnded,
    /// The subject is gone, inactive, or has changed its credentials since.
    #[error("the token's subject is gone, inactive or has newer credentials")]
    SubjectChanged,
    /// A token of a former service after the time until which they are taken.
    #[error("the time of the former service's tokens is over")]
    LegacyEnded,
    /// Bound to a key that the request did not prove to hold: sent as a bearer token, or with a proof of another key.
    #[error("the token is bound to a key, and was sent without or with another")]
    Bound,
    /// Bound to no key where only bound ones are taken: under the scheme `DPoP`, or where DPoP is required.
    #[error("the token is bound to no key")]
    NotBound,
    /// Sent by the scheme `DPoP`, which is not offered.
    #[error("the token was sent by the scheme `DPoP`, which is off; `AuthBuilder::dpop` turns it on")]
    DpopIsOff,
    /// An opaque token or API key that is not in the store, or no longer valid there.
    #[error("the token or key is unknown, revoked or expired")]
    Unknown,
}

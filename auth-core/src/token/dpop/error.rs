//! Reasons for refusing a DPoP proof.

/// The reason for refusing a DPoP proof (RFC 9449 section 4.3), for logs and events. The response is
/// `invalid_dpop_proof` for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The request has no `DPoP` header.
    #[error("missing `DPoP` header")]
    Missing,
    /// The request has several `DPoP` headers.
    #[error("more than one `DPoP` header")]
    Twice,
    /// Too long, not three base64url parts with JSON objects, or an object with duplicate names.
    #[error("not a well-formed JWT")]
    Malformed,
    /// The JWT header is invalid.
    #[error("invalid header: {0}")]
    Header(&'static str),
    /// The `jwk` is private, weak, malformed or for another use.
    #[error("invalid `jwk`")]
    Key,
    /// The signature is not that of `jwk`.
    #[error("the signature is not that of `jwk`")]
    Signature,
    /// A claim is missing or of the wrong JSON type.
    #[error("a claim is missing or of the wrong type")]
    Claims,
    /// `htm` is not the request's method.
    #[error("`htm` is not the request's method")]
    Method,
    /// `htu` is not the request's address.
    #[error(
        "`htu` is not the request's address; if clients use an address other than the issuer's, set it by \
         `Dpop::address` (AUTH_DPOP_URLS)"
    )]
    Address,
    /// `iat` is too old or in the future, or the optional `exp` or `nbf` excludes the current time.
    #[error(
        "`iat`, `exp` or `nbf` excludes the current time; the clocks may differ too much (`AuthBuilder::clock_skew`)"
    )]
    Time,
    /// `ath` is missing or not the hash of the access token.
    #[error("`ath` is not the hash of the access token")]
    Token,
    /// The proof was used before.
    #[error("the proof was used before")]
    Replayed,
}
